import { notifyQueue, notifyTask } from '../../../domain/notification.js'
import { bull } from '../bullmq-functions.js'
import { lua } from '../script.js'
import { adopting } from './adopting.js'
import { guarding } from './guarding.js'
import { inParts, places, request, reservedLine } from './places.js'
import { taken } from './taken.js'

/**
 * Starts jobs through BullMQ's own moveToActive, so that its locks, rate limits, limits of running jobs and events are as
 * its workers have them. It gets a line of one job where a job in front of it is passed over, and none of its delayed jobs:
 * it would promote them out of their order.
 */
export const starting = lua(
  `
local now = request.now
-- Redis takes twice as long for a number as for its text, and more the longer it is.
local now_text = string.format('%.0f', now)
local lock_text = string.format('%.0f', request.leaseMs)
local worker = request.worker
local started = {}
local known
if request.tasks then
  known = {}
  for _, task in ipairs(request.tasks) do known[task] = true end
end
-- Workers look for notifications on the queue of those alone. Elsewhere they are forged, and for whoever finds them: to be refused.
local function is_forged_delivery(queue, id, task)
  if task ~= '${notifyTask}' or queue == '${notifyQueue}' then return false end
  return not is_genuine(number_of(queue, id) or 0, queue, task, rcall('HGET', P .. queue .. ':' .. id, 'data'))
end
-- How many jobs one call looks at: a line of jobs that the worker may not start must not hold up Redis. Where it stopped in
-- which line: the next call may go on there.
local looks = 2000
local stopped = {}
local function from_of(line)
  return request.from and request.from[line] or 0
end
-- Whether the worker may start it: it knows the task, and the job has not expired. Second: whether it is gone.
local function may_start(queue, id)
  looks = looks - 1
  local of = rcall('HMGET', P .. queue .. ':' .. id, 'name', 'exp', 'ran', 'rjk')
  if not of[1] then return false, true end
  -- Of a job scheduler of BullMQ: only a worker of BullMQ adds its next job.
  if of[4] then return false end
  if known and not known[of[1]] and not is_forged_delivery(queue, id, of[1]) then return false end
  return not (of[2] and tonumber(of[2]) <= now and not of[3])
end
-- The keys that BullMQ's script gets, made once for each line of a queue.
local keys_of_line = {}
local function active_keys(queue, wait, line, reserved)
  local keys = keys_of_line[line]
  if keys then return keys end
  local b = P .. queue .. ':'
  keys = {
    wait, b .. 'active', line, b .. 'events', b .. 'stalled', b .. 'limiter', O .. 'ignored:delayed',
    b .. 'paused', reserved and O .. 'ignored:meta' or b .. 'meta', O .. 'ignored:pc',
    reserved and O .. 'ignored:marker' or b .. 'marker',
  }
  -- Jobs of any queue are picked into the other lines.
  if line == b .. 'prioritized' then keys_of_line[line] = keys end
  return keys
end
local start_options = { token = worker, lockDuration = lock_text, name = worker }
local function activate(queue, wait, line, reserved)
  local b = P .. queue .. ':'
  local reply = bull_moveToActive(active_keys(queue, wait, line, reserved), { b, now_text, start_options })
  if type(reply[1]) ~= 'table' then return nil end
  return reply[2], reply[1]
end
local function fields_in(flat)
  local fields = {}
  for index = 1, #flat, 2 do fields[flat[index]] = flat[index + 1] end
  return fields
end
-- Why the job must fail in place of running: '' if it may run.
local function refusal_of(n, queue, fields)
  if fields.refused then return 'fields' end
  if guarded[fields.name] and not is_genuine(n, queue, fields.name, fields.data) then return 'task' end
  -- How often a job of ours may be lost is ours to say.
  return fields.defa and fields.n and 'deferred' or ''
end
-- What is written once for all attempts that begin: ids by queue; numbers and places.
local begun = { ids = {}, places = {} }
-- What is written beside an attempt that begins. Answers the job as it is now.
local function begin(queue, id, flat)
  local b = P .. queue .. ':'
  local n = number_of(queue, id)
  if not n then
    n = adopt(queue, id)
    flat = rcall('HGETALL', b .. id)
  end
  local fields = fields_in(flat)
  local place = queue .. ':' .. id
  if fields.own and not fields.by then
    note_loss(b .. id, fields.own, nil, fields.start, fields.c)
    flat = rcall('HGETALL', b .. id)
    fields = fields_in(flat)
  end
  rcall('HSET', b .. id, 'start', now_text, 'own', fields.ats)
  -- As the job is now.
  for _, text in ipairs({ 'start', now_text, 'own', fields.ats }) do flat[#flat + 1] = text end
  if fields.by then rcall('HDEL', b .. id, 'by') end
  -- Nobody could tell the worker of BullMQ that had it.
  if fields.defa and not fields.n then rcall('HDEL', b .. id, 'defa') end
  if fields.cancel then rcall('SADD', O .. 'cancel:' .. worker, n) end
  if fields.exp then rcall('ZREM', O .. 'exp', place) end
  if fields.res then rcall('ZREM', O .. 'owned:' .. fields.res, place) end
  local ids = begun.ids[queue]
  if not ids then ids = {}; begun.ids[queue] = ids end
  ids[#ids + 1] = id
  begun.places[#begun.places + 1] = string.format('%.0f', n)
  begun.places[#begun.places + 1] = place
  return { n, queue, id, 'running', flat, refusal_of(n, queue, fields) }
end
local function note_begun()
  for queue, ids in pairs(begun.ids) do call_in_parts('ZREM', O .. 'ready:' .. queue, ids) end
  call_in_parts('ZADD', O .. 'run:' .. worker, begun.places)
end
-- How many to look at: more, the more are passed over.
local function some_of(count)
  return math.min(count, 200)
end
-- At most most jobs of a line, the first ones that may start.
local function start_from(queue, line, most, started)
  local passed, count = from_of(line), 0
  while count < most do
    if looks <= 0 then stopped[line] = passed; return count end
    local head = rcall('ZRANGE', line, passed, passed + some_of(most - count + passed) - 1, 'WITHSCORES')
    if #head == 0 then return count end
    for index = 1, #head, 2 do
      local id = head[index]
      local may, is_gone = may_start(queue, id)
      if is_gone then
        rcall('ZREM', line, id)
      elseif not may then
        passed = passed + 1
      elseif count < most then
        local from = line
        if passed > 0 then
          from = O .. 'picked:' .. queue
          rcall('ZREM', line, id)
          rcall('ZADD', from, head[index + 1], id)
        end
        local given, flat = activate(queue, O .. 'ignored:wait', from, false)
        if not given then
          if passed > 0 then rcall('ZREM', from, id); rcall('ZADD', line, head[index + 1], id) end
          return count
        end
        started[#started + 1] = begin(queue, given, flat)
        count = count + 1
      end
    end
  end
  return count
end
-- Jobs that others have added without a priority: BullMQ gives them out first.
local function start_waiting(queue, most, started)
  local b = P .. queue .. ':'
  local picked = O .. 'picked:wait:' .. queue
  local passed, count = from_of(b .. 'wait'), 0
  while count < most do
    if looks <= 0 then stopped[b .. 'wait'] = passed; return count end
    local tail = rcall('LRANGE', b .. 'wait', -passed - 100, -passed - 1)
    if #tail == 0 then return count end
    for index = #tail, 1, -1 do
      local id = tail[index]
      if count >= most then return count end
      local may, is_gone = may_start(queue, id)
      if is_gone then
        rcall('LREM', b .. 'wait', -1, id)
      elseif may then
        rcall('LREM', b .. 'wait', -1, id)
        rcall('LPUSH', picked, id)
        local given, flat = activate(queue, picked, O .. 'ignored:line', false)
        if not given then
          rcall('DEL', picked)
          rcall('RPUSH', b .. 'wait', id)
          return count
        end
        started[#started + 1] = begin(queue, given, flat)
        count = count + 1
      else
        passed = passed + 1
      end
    end
  end
  return count
end
-- The jobs of a line that are looked at: some more than may start, since those that have expired may not.
local function reserved_heads(queue, most)
  return rcall('ZRANGE', reserved_line(worker, queue), 0, most + 199)
end
-- How many reserved jobs of a queue may start, whatever their tasks, counted up to most.
local function count_reserved(queue, most)
  local count = 0
  local tasks = known
  known = nil
  for _, id in ipairs(reserved_heads(queue, most)) do
    if count < most and may_start(queue, id) then count = count + 1 end
  end
  known = tasks
  return count
end
local function count_all_reserved(most)
  local count = 0
  for _, line in ipairs(rcall('SMEMBERS', O .. 'lines')) do
    local queue = string.match(line, '^' .. worker .. ':(.*)$')
    if queue then count = count + count_reserved(queue, most) end
  end
  return count
end
local function start_reserved(most, started)
  local heads = {}
  for _, line in ipairs(rcall('SMEMBERS', O .. 'lines')) do
    local queue = string.match(line, '^' .. worker .. ':(.*)$')
    if queue then
      local line = reserved_line(worker, queue)
      for index, id in ipairs(reserved_heads(queue, most)) do
        heads[#heads + 1] = { queue = queue, score = tonumber(rcall('ZSCORE', line, id)), id = id }
      end
    end
  end
  table.sort(heads, function(a, b) return a.score < b.score end)
  local tasks = known
  known = nil
  for _, head in ipairs(heads) do
    if #started >= most then break end
    local line = reserved_line(worker, head.queue)
    local may, is_gone = may_start(head.queue, head.id)
    if is_gone then rcall('ZREM', line, head.id) end
    if may then
      rcall('ZREM', line, head.id)
      local picked = O .. 'picked:' .. head.queue
      rcall('ZADD', picked, head.score, head.id)
      local given, flat = activate(head.queue, O .. 'ignored:wait', picked, true)
      started[#started + 1] = begin(head.queue, given, flat)
    end
    if rcall('EXISTS', line) == 0 then rcall('SREM', O .. 'lines', worker .. ':' .. head.queue) end
  end
  known = tasks
end
-- How many jobs of a queue the worker may start, counted up to most. Second: whether there are more than it looked at.
local function count_startable(queue, most)
  local b = P .. queue .. ':'
  if rcall('HEXISTS', b .. 'meta', 'paused') == 1 then return 0, false end
  local count = 0
  for _, list in ipairs({ { 'LRANGE', b .. 'wait' }, { 'ZRANGE', b .. 'prioritized' } }) do
    local from = 0
    while count < most do
      if looks <= 0 then return count, true end
      local some = rcall(list[1], list[2], from, from + some_of(most - count + from) - 1)
      if #some == 0 then break end
      for _, id in ipairs(some) do if may_start(queue, id) then count = count + 1 end end
      from = from + #some
    end
  end
  return math.min(count, most), false
end
`,
  request,
  places,
  adopting,
  guarding,
  taken,
  reservedLine,
  inParts,
  bull.moveToActive,
)
