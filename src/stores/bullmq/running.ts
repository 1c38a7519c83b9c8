import type { Job } from '../../domain/job.js'
import { reading } from './calls.js'
import type { Context } from './context.js'
import { jobOf, type StoredReply, storedJob } from './job-fields.js'
import { members } from './lua/members.js'
import { places, request } from './lua/places.js'

/**
 * The jobs that have run longest, behind one. What BullMQ started first is at the end of its list; some more are looked at, since
 * each worker has a clock of its own. At most 100 are read whole.
 */
const runningScript = reading(
  'running',
  `
local after = request.after
local found = {}
for _, queue in ipairs(all_queues()) do
  local b = P .. queue .. ':'
  for _, id in ipairs(rcall('LRANGE', b .. 'active', -request.given - request.most - 100, -1)) do
    local of = rcall('HMGET', b .. id, 'ats', 'own', 'start', 'processedOn')
    local start = tonumber(of[1] == of[2] and of[3] or of[4]) or 0
    local n = (not after or start >= after[1]) and number_of(queue, id)
    if n and (not after or start > after[1] or n > after[2]) then found[#found + 1] = { n, start, queue, id } end
  end
end
table.sort(found, function(a, b)
  if a[2] ~= b[2] then return a[2] < b[2] end
  return a[1] < b[1]
end)
local jobs = {}
for index = 1, math.min(#found, request.most) do
  local n, _, queue, id = unpack(found[index])
  jobs[index] = { n, queue, id, 'running', rcall('HGETALL', P .. queue .. ':' .. id) }
end
return jobs`,
  request,
  places,
  members,
)

/** Running jobs, the longest-running first. */
export async function runningJobs(context: Context, limit: number): Promise<readonly Job[]> {
  const jobs: Job[] = []
  while (jobs.length < limit) {
    const most = Math.min(100, limit - jobs.length)
    const last = jobs.at(-1)
    const after = last === undefined ? {} : { after: [last.startedAt ?? 0, Number(last.id.slice(1))] }
    const reply = (await context.calls.read(runningScript, {
      given: jobs.length,
      most,
      ...after,
    })) as readonly StoredReply[]
    jobs.push(...reply.map(storedJob).map(jobOf))
    if (reply.length < most) break
  }
  return jobs
}
