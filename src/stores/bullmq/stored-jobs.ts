import { idNumber, type JobId } from '../../domain/job.js'
import { reading } from './calls.js'
import type { Context } from './context.js'
import { type StoredJob, type StoredReply, storedJob } from './job-fields.js'
import { places, states } from './lua/places.js'

/** Jobs by number: those that BullMQ has. */
const storedJobsScript = reading(
  'stored-jobs',
  `
local jobs = {}
for _, n in ipairs(request.numbers) do
  local queue, id = where(n)
  local state = queue and state_of(queue, id)
  if state then jobs[#jobs + 1] = { n, queue, id, state, hash_of(queue, id, state) } end
end
return jobs`,
  places,
  states,
)

export async function storedJobs(context: Context, ids: readonly JobId[]): Promise<readonly StoredJob[]> {
  const numbers = ids.flatMap((id) => idNumber(id, 'j') ?? [])
  return numbers.length === 0 ? [] : numberedJobs(context, numbers)
}

export async function numberedJobs(context: Context, numbers: readonly number[]): Promise<readonly StoredJob[]> {
  const reply = await context.calls.read(storedJobsScript, { numbers })
  return (reply as readonly StoredReply[]).map(storedJob)
}
