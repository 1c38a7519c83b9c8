import { maxGroups } from '../../domain/failure-group.js'
import type { WorkerId } from '../../domain/job.js'
import { afterWorkerLoss, type Outcome } from '../../domain/outcome.js'
import { lostInputError, lostWorkerError } from '../losses.js'
import { buryJobs } from './bury.js'
import { reading, writing } from './calls.js'
import type { Context } from './context.js'
import { jobOf, type StoredJob, type StoredReply, storedJob } from './job-fields.js'
import { requestOf } from './job-request.js'
import { newJobs } from './lua/new-jobs.js'
import { failing, places, states } from './lua/places.js'
import { settling } from './lua/settling.js'
import { notificationOfEnd } from './notifications.js'
import { outcomeRequest } from './outcome-request.js'
import { inParts } from './parts.js'
import { isAnother } from './workers.js'

/** The jobs that a worker runs, in the order of their numbers. */
const runningOfScript = reading(
  'running-of',
  `
local jobs = {}
for _, place in ipairs(rcall('ZRANGE', O .. 'run:' .. request.worker, 0, request.limit - 1)) do
  local queue, id = queue_and_id(place)
  local n = number_of(queue, id)
  if n then jobs[#jobs + 1] = { n, queue, id, 'running', rcall('HGETALL', P .. queue .. ':' .. id) } end
end
return jobs`,
  places,
)

/**
 * Ends attempts without a look at the lease of their worker, which is dead or ends. An attempt that has ended by now is left
 * alone. Answers the numbers of what it ended.
 */
const endAttemptsScript = writing(
  'end-attempts',
  `
rcall('DEL', O .. 'ignored')
local worker = request.worker
local ended = {}
local function end_one(e)
  local queue, id = where(e.n)
  local place = queue and queue .. ':' .. id
  if queue and rcall('ZSCORE', O .. 'run:' .. worker, place) then
    local of = fields_of(P .. queue .. ':', id)
    if of.attempt == e.attempt and of.worker == worker then
      -- The lock is the worker's; nobody else could remove the job until it is over.
      if end_attempt(e, queue, id, of, worker) then
        ended[#ended + 1] = e.n
        if e.notify then enqueue_job(e.notify) end
      end
    elseif of.worker ~= worker or of.own ~= of.attempt then
      note_taken(e.n, queue, id, worker)
    end
  end
end
-- A queue that cannot have its jobs back must not keep the worker's others from theirs.
local fault
for _, e in ipairs(request.ends) do
  local is_done, why = pcall(end_one, e)
  if not is_done then fault = why end
end
note_gone()
write_sums()
count_enqueued()
if #ended > 0 then tell('work') elseif fault then return fail_as(fault) end
return table.concat(ended, ' ')`,
  null,
  failing,
  newJobs,
  settling,
)

interface Lost {
  readonly number: number
  readonly isFailed: boolean
}

/** Gives at most `limit` jobs of a dead worker a loss. */
export async function lose(context: Context, worker: WorkerId, limit: number): Promise<readonly Lost[]> {
  const endedAt = context.clock.now()
  return endAttempts(context, worker, limit, (stored) => {
    const job = jobOf(stored)
    const startedAt = job.startedAt ?? endedAt
    const loss = { reason: 'lost', error: lostWorkerError(worker, job.lostWithWorker), endedBy: 'lost' } as const
    return afterWorkerLoss(job, { ...loss, startedAt, endedAt })
  })
}

/** Gives back at most `limit` jobs of a worker that ends. */
export function release(context: Context, worker: WorkerId, limit: number): Promise<readonly Lost[]> {
  const endedAt = context.clock.now()
  return endAttempts(context, worker, limit, (stored) => {
    const startedAt = jobOf(stored).startedAt ?? endedAt
    return { kind: 'released', started: true, suspect: false, startedAt, endedAt, endedBy: 'released' }
  })
}

async function endAttempts(
  context: Context,
  worker: WorkerId,
  limit: number,
  outcomeOf: (stored: StoredJob) => Outcome,
): Promise<readonly Lost[]> {
  const reply = (await context.calls.read(runningOfScript, { worker, limit })) as readonly StoredReply[]
  if (reply.length === 0) return []
  const now = context.clock.now()
  const jobs = reply.map(storedJob).map((stored) => ({ stored, outcome: outcomeOf(stored) }))
  const ends = jobs.map(async ({ stored, outcome }) => {
    const attempt = jobOf(stored).attempt
    const notification = outcome.kind === 'failed' ? await notificationOfEnd(context, stored, outcome) : null
    const notify = notification === null ? {} : { notify: requestOf(notification) }
    return { ...outcomeRequest(stored.number, attempt, worker, outcome, now), attempt, ...notify }
  })
  const ended = new Set<number>()
  for (const part of inParts(await Promise.all(ends))) {
    const request = { now, maxGroups, worker, gone: worker, ends: part }
    const answer = String(await context.calls.write(endAttemptsScript, request))
    for (const number of answer.split(' ').filter(Boolean)) ended.add(Number(number))
  }
  return jobs
    .filter(({ stored }) => ended.has(stored.number))
    .map(({ stored, outcome }) => ({ number: stored.number, isFailed: outcome.kind === 'failed' }))
}

/** The waiting jobs that only this worker may run: scheduled ones by number, then queued ones by priority. */
const ownedScript = reading(
  'owned',
  `
local scheduled, queued = {}, {}
for _, place in ipairs(rcall('ZRANGE', O .. 'owned:' .. request.worker, 0, -1)) do
  local queue, id = queue_and_id(place)
  local n = number_of(queue, id)
  local state = n and state_of(queue, id)
  if state == 'scheduled' then scheduled[#scheduled + 1] = { n, queue, id } end
  if state == 'queued' then
    queued[#queued + 1] = { n, queue, id, score = tonumber(rcall('ZSCORE', reserved_line(request.worker, queue), id)) or 0 }
  end
end
table.sort(queued, function(a, b) return a.score < b.score end)
for _, job in ipairs(queued) do scheduled[#scheduled + 1] = job end
local jobs = {}
for index, job in ipairs(scheduled) do
  if index > request.limit then break end
  local state = state_of(job[2], job[3])
  jobs[index] = { job[1], job[2], job[3], state, rcall('HGETALL', P .. job[2] .. ':' .. job[3]) }
end
return jobs`,
  places,
  states,
)

/** Lets any worker run these jobs. */
const freeScript = writing(
  'free',
  `
rcall('DEL', O .. 'ignored')
for _, n in ipairs(request.numbers) do
  local queue, id = where(n)
  local b = queue and P .. queue .. ':'
  if queue and rcall('HGET', b .. id, 'res') == request.worker then
    local line = reserved_line(request.worker, queue)
    local score = rcall('ZSCORE', line, id)
    if score then
      rcall('ZREM', line, id)
      rcall('ZADD', b .. 'prioritized', score, id)
      rcall('ZADD', b .. 'marker', 0, '0')
      if rcall('EXISTS', line) == 0 then rcall('SREM', O .. 'lines', request.worker .. ':' .. queue) end
    end
    rcall('HDEL', b .. id, 'res')
    rcall('ZREM', O .. 'owned:' .. request.worker, queue .. ':' .. id)
  end
end
if #request.numbers > 0 then tell('work') end
return ''`,
  null,
  places,
  states,
)

/** Frees at most `limit` waiting jobs that are reserved for a worker that is gone, and fails those that end with it. */
export async function freeReservations(
  context: Context,
  worker: WorkerId,
  limit: number,
): Promise<{ readonly count: number; readonly buried: number }> {
  const reply = (await context.calls.read(ownedScript, { worker, limit })) as readonly StoredReply[]
  if (reply.length === 0) return { count: 0, buried: 0 }
  const jobs = reply.map(storedJob)
  const lost = jobs.filter((stored) => jobOf(stored).lostWithWorker)
  const free = jobs.filter((stored) => !lost.includes(stored)).map(({ number }) => number)
  if (free.length > 0) await context.calls.write(freeScript, { worker, numbers: free })
  const error = lostInputError(worker)
  const buried = await buryJobs(
    context,
    lost.map((job) => ({ job, reason: 'lost', error })),
    worker,
  )
  return { count: reply.length, buried: buried.length }
}

/**
 * A worker stays while it has jobs: another sweep may have been quicker with those that this one has looked at, and the worker, or
 * somebody for it, may have begun or reserved more since. Nobody would look for them later.
 */
const removeWorkerScript = writing(
  'remove-worker',
  `
rcall('DEL', O .. 'ignored')
local worker = request.worker
local run, owned = O .. 'run:' .. worker, O .. 'owned:' .. worker
for _, place in ipairs(rcall('ZRANGE', run, 0, -1)) do
  if number_of(queue_and_id(place)) then return 'left' end
  rcall('ZREM', run, place)
end
for _, place in ipairs(rcall('ZRANGE', owned, 0, -1)) do
  local queue, id = queue_and_id(place)
  local key = P .. queue .. ':' .. id
  local waits = rcall('ZSCORE', P .. queue .. ':delayed', id) or state_of(queue, id) == 'queued'
  if waits and rcall('HGET', key, 'res') == worker and number_of(queue, id) then return 'left' end
  rcall('ZREM', owned, place)
end
local was = rcall('HDEL', O .. 'workers', worker)
rcall('HDEL', O .. 'beats', worker)
rcall('HDEL', O .. 'workers:tasks', worker)
rcall('HDEL', O .. 'workers:client', worker)
rcall('ZREM', O .. 'leases', worker)
rcall('DEL', O .. 'cancel:' .. worker, run, owned)
tell('work')
return was == 1 and 'removed' or 'unknown'`,
  null,
  places,
  states,
)

/** `left`: it has jobs yet, and stays. `unknown`: it was not there. */
export async function removeWorker(context: Context, worker: WorkerId): Promise<'removed' | 'unknown' | 'left'> {
  return String(await context.calls.write(removeWorkerScript, { worker })) as 'removed' | 'unknown' | 'left'
}

/** Hands back the jobs of a worker that ends, and removes the worker. */
export async function deregister(context: Context, worker: WorkerId): Promise<void> {
  if (await isAnother(context, worker)) return
  do {
    while ((await release(context, worker, 500)).length === 500);
    while ((await freeReservations(context, worker, 500)).count === 500);
  } while ((await removeWorker(context, worker)) === 'left')
}
