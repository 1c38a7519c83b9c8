import { maxGroups } from '../../domain/failure-group.js'
import { idNumber, type NewJob } from '../../domain/job.js'
import type { Outcome } from '../../domain/outcome.js'
import { type Lease, leaseMs } from '../store.js'
import { writing } from './calls.js'
import { type Context, leaseNowOf } from './context.js'
import { requestOf } from './job-request.js'
import { completing } from './lua/completing.js'
import { newJobs } from './lua/new-jobs.js'
import { leases } from './lua/places.js'
import { notificationsOfEnds } from './notifications.js'
import { outcomeRequest } from './outcome-request.js'

/** Ends attempts whose leases hold. Begins with a write that takes no memory: then Redis refuses none of the rest for lack of it. */
export const settleScript = writing(
  'settle',
  `
rcall('DEL', O .. 'ignored')
local answers = {}
-- Which of the attempts run, by worker and place; nothing of a worker whose lease is over.
local runs, running = {}, {}
for _, e in ipairs(request.ends) do
  local of = runs[e.worker]
  if not of then
    of = { places = {} }
    runs[e.worker] = of
  end
  of.places[#of.places + 1] = e.queue .. ':j' .. e.n
end
for worker, of in pairs(runs) do
  of.holds = holds_lease(worker)
  if of.holds then
    local scores = rcall('ZMSCORE', O .. 'run:' .. worker, unpack(of.places))
    for index, place in ipairs(of.places) do
      of[place] = scores[index]
      if scores[index] then running[#running + 1] = P .. place end
    end
  end
end
look_at_locks(running)
for index, e in ipairs(request.ends) do
  local worker = e.worker
  local of_worker = runs[worker]
  local queue, id
  if of_worker[e.queue .. ':j' .. e.n] then
    queue, id = e.queue, 'j' .. e.n
  elseif of_worker.holds then
    -- A job of somebody else has another id.
    queue, id = where(e.n)
    if queue and not rcall('ZSCORE', O .. 'run:' .. worker, queue .. ':' .. id) then queue = nil end
  end
  local settled = false
  if queue then
    local of = fields_of(P .. queue .. ':', id)
    if of.attempt == e.attempt and of.worker == worker then
      settled = complete(e, queue, id, of, worker) or end_attempt(e, queue, id, of, worker)
    elseif of.worker ~= worker or of.own ~= of.attempt then
      note_taken(e.n, queue, id, worker)
    end
  end
  if settled and e.notify then
    enqueue_job(e.notify)
    news = 'work'
  end
  if settled then of_worker[queue .. ':' .. id] = nil end
  answers[index] = settled and 's' or 'l'
end
write_completed()
note_gone()
write_sums()
count_enqueued()
tell(news)
return table.concat(answers)`,
  null,
  leases,
  newJobs,
  completing,
)

export interface End {
  readonly lease: Lease
  readonly outcome: Outcome
}

export async function settle(context: Context, ends: readonly End[]): Promise<readonly ('settled' | 'lost')[]> {
  const call = context.calls.begin()
  try {
    return await settleAs(context, call, ends)
  } finally {
    context.calls.end(call)
  }
}

export async function settleAs(
  context: Context,
  call: number,
  ends: readonly End[],
): Promise<readonly ('settled' | 'lost')[]> {
  if (ends.length === 0) return []
  const answer = await context.calls.writeAs(call, settleScript, await settleRequest(context, ends))
  return [...String(answer)].map((letter) => (letter === 's' ? 'settled' : 'lost'))
}

async function settleRequest(context: Context, ends: readonly End[]): Promise<object> {
  const now = context.clock.now()
  const notifications = await notificationsOfEnds(context, ends)
  return {
    now,
    leaseMs,
    maxGroups,
    ...leaseNowOf(context),
    ends: ends.map((end, index) => ({
      ...outcomeRequest(idNumber(end.lease.job, 'j') ?? 0, end.lease.attempt, end.lease.worker, end.outcome, now),
      attempt: end.lease.attempt,
      worker: end.lease.worker,
      queue: end.lease.queue,
      ...notifyOf(notifications[index] ?? null),
    })),
  }
}

function notifyOf(job: NewJob | null): object {
  return job === null ? {} : { notify: requestOf(job) }
}
