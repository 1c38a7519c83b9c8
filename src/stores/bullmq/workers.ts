import type { WorkerId } from '../../domain/job.js'
import { leaseMs, type NewWorker, type WorkerInfo, type WorkerVitals } from '../store.js'
import { bull } from './bullmq-functions.js'
import { reading, writing } from './calls.js'
import { type Context, leaseNowOf } from './context.js'
import { leases, queueAndId } from './lua/places.js'
import { taken } from './lua/taken.js'

const registerScript = writing(
  'register',
  `
local number = rcall('INCR', O .. 'workers:id')
-- The store was emptied since. Other workers have yet to notice, and must keep their ids until then.
if number <= request.after then
  number = request.after + 1000
  rcall('SET', O .. 'workers:id', number)
end
local worker = 'w' .. number
rcall('HSET', O .. 'workers', worker, request.worker)
rcall('HSET', O .. 'workers:client', worker, ARGV[2])
rcall('HSET', O .. 'beats', worker, request.beat)
rcall('ZADD', O .. 'leases', lease_now() + request.leaseMs, worker)
return worker`,
  null,
  leases,
)

/** Begins with a write that takes no memory: a worker must not lose its lease because Redis is full. */
const beatScript = writing(
  'beat',
  `
rcall('DEL', O .. 'ignored')
local worker = request.worker
if not holds_lease(worker) then return 'lost' end
rcall('ZADD', O .. 'leases', lease_now() + request.leaseMs, worker)
rcall('HSET', O .. 'beats', worker, request.beat)
local jobs = {}
for _, place in ipairs(rcall('ZRANGE', O .. 'run:' .. worker, 0, -1)) do
  local queue, id = queue_and_id(place)
  local of = jobs[queue]
  if not of then of = { ids = {}, tokens = {} }; jobs[queue] = of end
  of.ids[#of.ids + 1] = id
  of.tokens[#of.tokens + 1] = worker
end
for queue, of in pairs(jobs) do
  local b = P .. queue .. ':'
  for _, id in ipairs(bull_extendLocks({ b .. 'stalled' }, { b, of.tokens, of.ids, request.leaseMs })) do
    local runs = rcall('HGET', b .. id, 'pb') == worker and rcall('LPOS', b .. 'active', id)
    if runs and not rcall('GET', b .. id .. ':lock') then
      -- The lock is gone before the lease is, which counts.
      rcall('SET', b .. id .. ':lock', worker, 'PX', request.leaseMs)
    else
      note_taken(rcall('ZSCORE', O .. 'run:' .. worker, queue .. ':' .. id), queue, id, worker)
    end
  end
end
return 'held'`,
  null,
  leases,
  queueAndId,
  taken,
  bull.extendLocks,
)

const isAnotherScript = writing(
  'is-another',
  `
rcall('DEL', O .. 'ignored')
return is_another(request.worker) and 'yes' or 'no'`,
  null,
  leases,
)

const setTasksScript = writing(
  'set-tasks',
  `
if rcall('HEXISTS', O .. 'workers', request.worker) == 1 and not is_another(request.worker) then
  rcall('HSET', O .. 'workers:tasks', request.worker, request.tasks)
end
return ''`,
  null,
  leases,
)

const workersScript = reading(
  'workers',
  `
local found = {}
for _, worker in ipairs(rcall('HKEYS', O .. 'workers')) do
  found[#found + 1] = {
    worker, rcall('HGET', O .. 'workers', worker), rcall('HGET', O .. 'beats', worker),
    rcall('HGET', O .. 'workers:tasks', worker), is_leased(worker) and 1 or 0,
  }
end
return found`,
  leases,
)

export async function register(context: Context, worker: NewWorker): Promise<WorkerId> {
  const now = context.clock.now()
  const beat = beatText(now, { processes: [], rssBytes: null })
  const given = JSON.stringify({ ...worker, startedAt: now })
  const after = Number(context.calls.lastWorker?.slice(1) ?? 0)
  const request = { worker: given, after, beat, leaseMs, ...leaseNowOf(context) }
  const id = String(await context.calls.write(registerScript, request))
  context.calls.speakFor(id)
  return id
}

export async function beat(context: Context, worker: WorkerId, vitals: WorkerVitals): Promise<boolean> {
  const text = beatText(context.clock.now(), vitals)
  const request = { worker, now: context.clock.now(), beat: text, leaseMs, ...leaseNowOf(context) }
  return (await context.calls.write(beatScript, request)) === 'held'
}

function beatText(lastBeatAt: number, { processes, rssBytes }: WorkerVitals): string {
  return JSON.stringify({ lastBeatAt, processes, rssBytes })
}

/** Whether the worker of this id is not the one that the caller has registered: the store was emptied since. */
export async function isAnother(context: Context, worker: WorkerId): Promise<boolean> {
  return (await context.calls.write(isAnotherScript, { worker })) === 'yes'
}

export async function setTasks(context: Context, worker: WorkerId, tasks: readonly string[]): Promise<void> {
  await context.calls.write(setTasksScript, { worker, tasks: JSON.stringify(tasks) })
}

type WorkerReply = readonly [id: WorkerId, worker: string, beat: string, tasks: string | null, holds: number]

export async function workers(context: Context): Promise<readonly WorkerInfo[]> {
  const reply = (await context.calls.read(workersScript, { leaseMs, ...leaseNowOf(context) })) as readonly WorkerReply[]
  const infos = reply.map(
    ([id, worker, beat, tasks, holds]): WorkerInfo => ({
      ...(JSON.parse(worker) as NewWorker & Pick<WorkerInfo, 'startedAt'>),
      ...(tasks === null ? {} : { tasks: JSON.parse(tasks) as readonly string[] }),
      ...(JSON.parse(beat) as Pick<WorkerInfo, 'lastBeatAt' | 'processes' | 'rssBytes'>),
      id,
      expired: holds === 0,
    }),
  )
  return infos.sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)))
}
