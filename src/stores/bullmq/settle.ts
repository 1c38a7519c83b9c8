import { maxGroups } from '../../domain/failure-group.js'
import { idNumber, type NewJob } from '../../domain/job.js'
import type { Outcome } from '../../domain/outcome.js'
import { type Lease, leaseMs } from '../store.js'
import { writing } from './calls.js'
import { type Context, leaseNowOf } from './context.js'
import { requestOf } from './job-request.js'
import { completing } from './lua/completing.js'
import { newJobs } from './lua/new-jobs.js'
import { failing, leases } from './lua/places.js'
import { notificationsOfEnds } from './notifications.js'
import { outcomeRequest } from './outcome-request.js'

/** Ends attempts whose leases hold. Begins with a write that takes no memory: then Redis refuses none of the rest for lack of it. */
export const settleScript = writing(
  'settle',
  `
rcall('DEL', O .. 'ignored')
local answers = {}
-- The ends of each worker; nothing of one whose lease is over.
local by_worker, running = {}, {}
for _, e in ipairs(request.ends) do
  local of = by_worker[e.worker]
  if not of then
    of = { ends = {}, places = {} }
    by_worker[e.worker] = of
  end
  of.ends[#of.ends + 1] = e
  of.places[#of.places + 1] = e.queue .. ':j' .. e.n
end
for worker, of in pairs(by_worker) do
  of.holds = holds_lease(worker)
  if of.holds then
    for index, n in ipairs(rcall('ZMSCORE', O .. 'run:' .. worker, unpack(of.places))) do
      local e = of.ends[index]
      -- A job of somebody else may have this id: then its number is another.
      if tonumber(n or nil) == e.n then
        e.id = 'j' .. e.n
        running[#running + 1] = e
      end
    end
  end
end
look_at(running)
-- Places of what has ended: nothing else that the call says of them is true.
local ended = {}
local function end_all()
  for index, e in ipairs(request.ends) do
    local worker, queue, id = e.worker, e.queue, e.id
    if not id and by_worker[worker].holds then
      queue, id = where(e.n)
      if queue and not rcall('ZSCORE', O .. 'run:' .. worker, queue .. ':' .. id) then id = nil end
    end
    local place = id and queue .. ':' .. id
    local settled = false
    if id and not ended[place] then
      local of = fields_of(P .. queue .. ':', id)
      if of.attempt == e.attempt and of.worker == worker then
        settled = complete(e, queue, id, of, worker)
        if not settled and end_attempt(e, queue, id, of, worker) then
          settled = true
          note_other_end(queue)
        end
      elseif of.worker ~= worker or of.own ~= of.attempt then
        note_taken(e.n, queue, id, worker)
      end
    end
    if settled and e.notify then
      enqueue_job(e.notify)
      news = 'work'
    end
    if settled then ended[place] = true end
    answers[index] = settled and 's' or 'l'
  end
end
-- Where BullMQ's script fails at a job, what has ended before it is written all the same.
local is_done, fault = pcall(end_all)
write_completed()
note_gone()
write_sums()
count_enqueued()
tell(news)
if not is_done then return fail_as(fault) end
return table.concat(answers)`,
  null,
  failing,
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
