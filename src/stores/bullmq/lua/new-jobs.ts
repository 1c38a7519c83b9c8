import { bull } from '../bullmq-functions.js'
import { lua } from '../script.js'
import { cancelling } from './ends.js'
import { places, request, reservedLine, scores } from './places.js'

/**
 * `add_job(job)` stores a job and returns its number. `enqueue_job(job)` looks at its key first, and returns the number and
 * the answer. A job: task, args (as BullMQ has them), queue, priority, dueAt, attempts, and what is not the default of the
 * rest. `enqueued`: how many were added to which queue.
 */
export const newJobs = lua(
  `
local now = request.now
local enqueued = {}
local function has_worker(worker)
  return rcall('HEXISTS', O .. 'workers', worker) == 1
end
local function add_job(job)
  local n = rcall('INCR', O .. 'id')
  local id = 'j' .. n
  local queue = job.queue
  local b = P .. queue .. ':'
  local priority = 101 - job.priority
  local reserved = job.reservedFor and has_worker(job.reservedFor) and job.reservedFor or nil
  local opts = { priority = priority, attempts = job.attempts, jobId = id, backoff = job.backoff }
  if job.dueAt > now then
    opts.delay = job.dueAt - now
    bull_addDelayedJob(
      { b .. 'marker', b .. 'meta', b .. 'id', b .. 'delayed', b .. 'completed', b .. 'events' },
      { { b, id, job.task, now }, job.args, opts }
    )
  else
    local line = reserved and reserved_line(reserved, queue) or b .. 'prioritized'
    bull_addPrioritizedJob({
      reserved and O .. 'ignored:marker' or b .. 'marker', b .. 'meta', b .. 'id', line, b .. 'delayed', b .. 'completed',
      b .. 'active', b .. 'events', O .. 'ignored:pc',
    }, { { b, id, job.task, now }, job.args, opts })
    rcall('ZADD', line, 'XX', line_score(priority, n), id)
    rcall('ZADD', O .. 'ready:' .. queue, now, id)
    if reserved then rcall('SADD', O .. 'lines', reserved .. ':' .. queue) end
  end
  local fields = {}
  local function set(name, value)
    if value ~= nil then fields[#fields + 1] = name; fields[#fields + 1] = value end
  end
  set('o', job.rest)
  set('exp', job.expiresAt)
  set('sn', job.countedAs)
  set('res', reserved)
  if job.key then set('key', job.key.name) end
  if job.schedule then set('sched', job.schedule); set('slot', job.slot) end
  if #fields > 0 then rcall('HSET', b .. id, unpack(fields)) end
  rcall('HSET', bucket(n), n, queue)
  local place = queue .. ':' .. id
  if reserved then rcall('ZADD', O .. 'owned:' .. reserved, n, place) end
  if job.expiresAt then rcall('ZADD', O .. 'exp', job.expiresAt, place) end
  if job.key then rcall('HSET', O .. 'keys', job.key.name, n .. ' ' .. job.key.forMs) end
  if job.schedule then rcall('ZADD', O .. 'unended:' .. job.schedule, job.slot, n) end
  enqueued[queue] = (enqueued[queue] or 0) + 1
  return n
end
local function count_enqueued()
  for queue, count in pairs(enqueued) do
    rcall('SADD', O .. 'queues', queue)
    rcall('HINCRBY', O .. 'enqueued', queue, count)
  end
end
local function enqueue_job(job)
  if not job.key then return add_job(job), 'created' end
  local holder, queue, id, state = key_holder(job.key.name, now)
  if holder and job.key.policy ~= 'replace' then
    return holder, job.key.policy == 'skip' and 'existing' or 'refused'
  end
  if holder then cancel_job(holder, queue, id, state, now) end
  return add_job(job), holder and 'replaced' or 'created'
end
`,
  request,
  places,
  scores,
  reservedLine,
  cancelling,
  bull.addDelayedJob,
  bull.addPrioritizedJob,
)
