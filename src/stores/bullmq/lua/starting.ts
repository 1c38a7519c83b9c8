import { notifyQueue, notifyTask } from '../../../domain/notification.js'
import { lua } from '../script.js'
import { beginning } from './beginning.js'
import { guarding } from './guarding.js'
import { moving } from './moving.js'
import { places, request, reservedLine } from './places.js'

/** Starts the jobs that a worker may start: reserved ones, and those of the lines of a queue. */
export const starting = lua(
  `
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
local function may_start_as(queue, id, of)
  looks = looks - 1
  if not of.name then return false, true end
  -- Of a job scheduler of BullMQ: only a worker of BullMQ adds its next job.
  if of.rjk then return false end
  if known and not known[of.name] and not is_forged_delivery(queue, id, of.name) then return false end
  return not (of.exp and tonumber(of.exp) <= now and not of.ran)
end
local function may_start(queue, id)
  local of = rcall('HMGET', P .. queue .. ':' .. id, 'name', 'exp', 'ran', 'rjk')
  return may_start_as(queue, id, { name = of[1], exp = of[2], ran = of[3], rjk = of[4] })
end
-- How many to look at: more, the more are passed over.
local function some_of(count)
  return math.min(count, 200)
end
-- Moves the first job of a line, or one behind passed others. False: BullMQ gives out none now.
local function start_one(queue, line, id, score, passed, started)
  local from = line
  if passed > 0 then
    from = O .. 'picked:' .. queue
    -- In this order: what makes room is done even if the memory is full.
    rcall('ZADD', from, score, id)
    rcall('ZREM', line, id)
  end
  local given, flat = activate(queue, O .. 'ignored:wait', from, false)
  if given then
    started[#started + 1] = begin(queue, given, flat)
  elseif passed > 0 then
    rcall('ZREM', from, id)
    rcall('ZADD', line, score, id)
  end
  return given
end
-- At most most jobs of a line, the first ones that may start. All of a job is read before it is known whether it may, until there
-- is one that may not: the line may be long and its jobs large.
local function start_from(queue, line, most, started)
  local passed, count = from_of(line), 0
  local can_move, reads_all = has_no_limits(queue), true
  while count < most do
    if looks <= 0 then stopped[line] = passed; return count end
    local head = rcall('ZRANGE', line, passed, passed + some_of(most - count + passed) - 1, 'WITHSCORES')
    if #head == 0 then return count end
    local numbers
    for index = 1, #head, 2 do
      if count >= most then break end
      local id = head[index]
      local may, is_gone, flat, of
      if can_move and reads_all then
        flat = rcall('HGETALL', P .. queue .. ':' .. id)
        of = fields_in(flat)
        may, is_gone = may_start_as(queue, id, of)
        reads_all = may
      else
        may, is_gone = may_start(queue, id)
      end
      if is_gone then
        rcall('ZREM', line, id)
      elseif not may then
        passed = passed + 1
      else
        if can_move then
          numbers = numbers or numbers_of(queue, head, index)
          flat = flat or rcall('HGETALL', P .. queue .. ':' .. id)
          of = of or fields_in(flat)
        end
        if can_move and can_begin(numbers[id], of) then
          move_later(numbers[id], queue, id, flat, of)
        else
          move_now(queue, line)
          if not start_one(queue, line, id, head[index + 1], passed, started) then return count end
        end
        count = count + 1
      end
    end
    move_now(queue, line)
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
        rcall('LPUSH', picked, id)
        rcall('LREM', b .. 'wait', -1, id)
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
      local picked = O .. 'picked:' .. head.queue
      rcall('ZADD', picked, head.score, head.id)
      rcall('ZREM', line, head.id)
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
  guarding,
  reservedLine,
  beginning,
  moving,
)
