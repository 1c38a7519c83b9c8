import type { Job } from '../../domain/job.js'
import { reading } from './calls.js'
import type { Context } from './context.js'
import { jobOf } from './job-fields.js'
import { members } from './lua/members.js'
import { places } from './lua/places.js'
import { numberedJobs } from './stored-jobs.js'

/**
 * The numbers of the jobs that have run longest. What BullMQ started first is at the end of its list; some more are read, since
 * each worker has a clock of its own.
 */
const runningScript = reading(
  'running',
  `
local found = {}
for _, queue in ipairs(all_queues()) do
  local b = P .. queue .. ':'
  for _, id in ipairs(rcall('LRANGE', b .. 'active', -request.limit - 100, -1)) do
    local of = rcall('HMGET', b .. id, 'ats', 'own', 'start', 'processedOn')
    local n = number_of(queue, id)
    if n then found[#found + 1] = { n, tonumber(of[1] == of[2] and of[3] or of[4]) or 0 } end
  end
end
table.sort(found, function(a, b)
  if a[2] ~= b[2] then return a[2] < b[2] end
  return a[1] < b[1]
end)
local numbers = {}
for index = 1, math.min(#found, request.limit) do numbers[index] = found[index][1] end
return numbers`,
  places,
  members,
)

/** Running jobs, the longest-running first. */
export async function runningJobs(context: Context, limit: number): Promise<readonly Job[]> {
  if (limit <= 0) return []
  const numbers = (await context.calls.read(runningScript, { limit })) as readonly number[]
  const jobs: Job[] = []
  for (let from = 0; from < numbers.length; from += 200) {
    jobs.push(...(await numberedJobs(context, numbers.slice(from, from + 200))).map(jobOf))
  }
  return jobs.filter(({ state }) => state === 'running')
}
