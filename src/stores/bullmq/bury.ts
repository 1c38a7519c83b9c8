import type { JobError } from '../../domain/failure.js'
import { maxGroups } from '../../domain/failure-group.js'
import type { FailureReason, WorkerId } from '../../domain/job.js'
import { expiredError } from '../losses.js'
import { writing } from './calls.js'
import type { Context } from './context.js'
import type { StoredJob } from './job-fields.js'
import { requestOf } from './job-request.js'
import { burying } from './lua/burying.js'
import { newJobs } from './lua/new-jobs.js'
import { notificationOfBurial } from './notifications.js'
import { burialRequest } from './outcome-request.js'
import { inParts } from './parts.js'
import { numberedJobs } from './stored-jobs.js'

/** Fails jobs that still wait, with the notifications of that. Answers the numbers of those that it failed. */
const buryScript = writing(
  'bury',
  `
rcall('DEL', O .. 'ignored')
local buried = {}
for _, burial in ipairs(request.burials) do
  local queue, id = where(burial.n)
  local due = queue and (burial.reason ~= 'expired' or is_waiting_too_long(queue, id, state_of(queue, id), now))
  if due and bury_job(burial.n, queue, id, now, burial) then
    buried[#buried + 1] = burial.n
    if burial.notify then enqueue_job(burial.notify) end
  end
end
write_sums()
count_enqueued()
if #buried > 0 then tell('end') end
return table.concat(buried, ' ')`,
  null,
  newJobs,
  burying,
)

export interface Burial {
  readonly job: StoredJob
  readonly reason: Extract<FailureReason, 'expired' | 'lost'>
  readonly error: JobError
}

/** `gone`: a worker that is about to be removed, for which no notification is reserved any more. */
export async function buryJobs(
  context: Context,
  burials: readonly Burial[],
  gone?: WorkerId,
): Promise<readonly number[]> {
  const buried: number[] = []
  for (const part of inParts(burials)) {
    const answer = await context.calls.write(buryScript, {
      now: context.clock.now(),
      maxGroups,
      burials: await burialRequests(context, part),
      ...(gone === undefined ? {} : { gone }),
    })
    buried.push(...String(answer).split(' ').filter(Boolean).map(Number))
  }
  return buried
}

/** Burials as the scripts take them, with the notifications of them. */
async function burialRequests(context: Context, burials: readonly Burial[]): Promise<readonly object[]> {
  const now = context.clock.now()
  const requests = burials.map(async ({ job, reason, error }) => {
    const notification = await notificationOfBurial(context, job, reason, error, now)
    const notify = notification === null ? {} : { notify: requestOf(notification) }
    return { n: job.number, ...burialRequest(reason, error), ...notify }
  })
  return Promise.all(requests)
}

/** The burials of jobs that have expired. */
export async function expiryRequests(context: Context, numbers: readonly number[]): Promise<readonly object[]> {
  return burialRequests(context, await expiries(context, numbers))
}

async function expiries(context: Context, numbers: readonly number[]): Promise<readonly Burial[]> {
  const jobs = await numberedJobs(context, numbers)
  return jobs.map((job) => ({ job, reason: 'expired', error: expiredError }))
}

/** Fails waiting jobs that have expired. */
export async function buryExpired(context: Context, numbers: readonly number[]): Promise<number> {
  return (await buryJobs(context, await expiries(context, numbers))).length
}
