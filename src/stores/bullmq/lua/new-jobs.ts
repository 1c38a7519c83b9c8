import { bull } from '../bullmq-functions.js'
import { lua } from '../script.js'
import { cancelling } from './ends.js'
import { guarding } from './guarding.js'
import { places, request, reservedLine } from './places.js'
import { plainJobs } from './plain-jobs.js'

/**
 * `add_job(job)` stores a job and returns its number. `enqueue_job(job)` looks at its key first, and returns the number and
 * the answer. A job: task, args and opts (as BullMQ has them, but for the delay), queue, priority, dueAt, and what is not the
 * default of the rest. `enqueued`: how many were added to which queue.
 */
export const newJobs = lua(
  `
local now = request.now
local now_text = string.format('%.0f', now)
local enqueued = {}
-- Numbers that have been taken for the next jobs of the call, all of them free.
local numbers = { next = 1, last = 0 }
local function take_numbers(jobs)
  local last = rcall('INCRBY', O .. 'id', #jobs)
  local keys = {}
  for index, job in ipairs(jobs) do keys[index] = P .. job.queue .. ':j' .. string.format('%.0f', last - #jobs + index) end
  for from = 1, #keys, 1000 do
    if rcall('EXISTS', unpack(keys, from, math.min(from + 999, #keys))) > 0 then return end
  end
  numbers = { next = last - #jobs + 1, last = last }
end
local function next_number(b)
  local n = numbers.next
  if n <= numbers.last then
    numbers.next = n + 1
    return n
  end
  n = rcall('INCR', O .. 'id')
  -- Another producer may have given this id to a job: BullMQ would keep that one and add none.
  while rcall('EXISTS', b .. 'j' .. n) == 1 do n = rcall('INCR', O .. 'id') end
  return n
end
local function has_worker(worker)
  return worker ~= request.gone and rcall('HEXISTS', O .. 'workers', worker) == 1
end
local keys_of_queue = {}
local function new_job_keys(queue)
  local own = keys_of_queue[queue]
  if own then return own end
  local b = P .. queue .. ':'
  own = {
    b = b,
    delayed = { b .. 'marker', b .. 'meta', b .. 'id', b .. 'delayed', b .. 'completed', b .. 'events' },
    queued = {
      b .. 'marker', b .. 'meta', b .. 'id', b .. 'prioritized', b .. 'delayed', b .. 'completed', b .. 'active',
      b .. 'events', O .. 'pc',
    },
  }
  keys_of_queue[queue] = own
  return own
end
-- The number that BullMQ's own counter gave out last: it places a job by it, and this is to be the job's.
local placed
local function add_job(job)
  local queue = job.queue
  local keys = new_job_keys(queue)
  local b = keys.b
  local n = next_number(b)
  local text = string.format('%.0f', n)
  local id = 'j' .. text
  local reserved = job.reservedFor and has_worker(job.reservedFor) and job.reservedFor or nil
  enqueued[queue] = (enqueued[queue] or 0) + 1
  guard_job(n, queue, job.task, job.args)
  if job.dueAt <= now and not (reserved or job.key or job.schedule or job.expiresAt) then
    add_plain(job, n, text)
    return n
  end
  local opts = cjson.decode(job.opts)
  opts.priority = 101 - job.priority
  if job.dueAt > now then
    opts.delay = job.dueAt - now
    bull_addDelayedJob(keys.delayed, { { b, id, job.task, now_text }, job.args, opts })
  else
    if placed ~= n - 1 then rcall('SET', O .. 'pc', n - 1) end
    placed = n
    local own_keys = keys.queued
    if reserved then
      own_keys = { unpack(own_keys) }
      own_keys[1] = O .. 'ignored:marker'
      own_keys[4] = reserved_line(reserved, queue)
      rcall('SADD', O .. 'lines', reserved .. ':' .. queue)
    end
    bull_addPrioritizedJob(own_keys, { { b, id, job.task, now_text }, job.args, opts })
    rcall('ZADD', O .. 'ready:' .. queue, now_text, id)
  end
  local fields = {}
  local function set(name, value)
    if value ~= nil then
      fields[#fields + 1] = name
      fields[#fields + 1] = value
    end
  end
  set('o', job.rest)
  set('exp', job.expiresAt)
  set('sn', job.countedAs)
  set('res', reserved)
  if job.key then set('key', job.key.name) end
  if job.schedule then
    set('sched', job.schedule)
    set('slot', job.slot)
  end
  if #fields > 0 then rcall('HSET', b .. id, unpack(fields)) end
  rcall('HSET', bucket(n), n, queue)
  local place = queue .. ':' .. id
  if reserved then rcall('ZADD', O .. 'owned:' .. reserved, n, place) end
  if job.expiresAt then rcall('ZADD', O .. 'exp', job.expiresAt, place) end
  if job.key then rcall('HSET', O .. 'keys', job.key.name, n .. ' ' .. job.key.forMs) end
  if job.schedule then rcall('ZADD', O .. 'unended:' .. job.schedule, job.slot, n) end
  return n
end
-- The end of every call that adds jobs.
local function count_enqueued()
  for queue, count in pairs(enqueued) do
    rcall('SADD', O .. 'queues', queue)
    rcall('HINCRBY', O .. 'enqueued', queue, count)
  end
  write_plain()
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
  reservedLine,
  plainJobs,
  guarding,
  cancelling,
  bull.addDelayedJob,
  bull.addPrioritizedJob,
)
