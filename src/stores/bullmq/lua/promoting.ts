import { lua } from '../script.js'
import { places, reservedLine, scores } from './places.js'
import { queuesWith } from './queues-with.js'

/** Due jobs of all queues, by time and number, each to its place in the line. BullMQ's score of a delayed job is 4,096 times its time. */
export const promoting = lua(
  `
local function promote_job(queue, id, n)
  local b = P .. queue .. ':'
  local of = rcall('HMGET', b .. id, 'priority', 'res', 'due', 'name')
  local score = rcall('ZSCORE', b .. 'delayed', id)
  rcall('ZREM', b .. 'delayed', id)
  -- Somebody has removed its hash.
  if not of[4] then return end
  local priority = tonumber(of[1]) or 0
  local reserved = of[2] and rcall('HEXISTS', O .. 'workers', of[2]) == 1
  if reserved then
    rcall('ZADD', reserved_line(of[2], queue), line_score(priority, n), id)
    rcall('SADD', O .. 'lines', of[2] .. ':' .. queue)
  elseif priority == 0 then
    rcall('LPUSH', b .. 'wait', id)
  else
    rcall('ZADD', b .. 'prioritized', line_score(priority, n), id)
  end
  rcall('HSET', b .. id, 'delay', 0)
  if not reserved and rcall('HEXISTS', b .. 'meta', 'paused') == 0 then rcall('ZADD', b .. 'marker', 0, '0') end
  rcall('XADD', b .. 'events', 'MAXLEN', '~', 10000, '*', 'event', 'waiting', 'jobId', id, 'prev', 'delayed')
  rcall('ZADD', O .. 'ready:' .. queue, of[3] or math.floor(score / 4096), id)
end
-- Whoever promotes makes none more.
local delayed
local function delayed_queues()
  delayed = delayed or queues_with('delayed')
  return delayed
end
-- Passes over those whose numbers are in expired.
local function promote_due(at, limit, expired)
  local due, passed = {}, {}
  for _, n in ipairs(expired) do passed[n] = true end
  local most = limit + #expired
  for _, queue in ipairs(delayed_queues()) do
    local some = rcall('ZRANGEBYSCORE', P .. queue .. ':delayed', '-inf', (at + 1) * 4096 - 1, 'WITHSCORES', 'LIMIT', 0, most)
    for index = 1, #some, 2 do
      local n = number_of(queue, some[index])
      if not n or not passed[n] then due[#due + 1] = { queue, some[index], n or 0, math.floor(some[index + 1] / 4096) } end
    end
  end
  table.sort(due, function(a, b)
    if a[4] ~= b[4] then return a[4] < b[4] end
    return a[3] < b[3]
  end)
  local count = 0
  for _, job in ipairs(due) do
    if count == limit then break end
    promote_job(job[1], job[2], job[3])
    count = count + 1
  end
  return count
end
local function next_due()
  local least
  for _, queue in ipairs(delayed_queues()) do
    local first = rcall('ZRANGE', P .. queue .. ':delayed', 0, 0, 'WITHSCORES')
    if first[2] then
      local at = math.floor(first[2] / 4096)
      if not least or at < least then least = at end
    end
  end
  return least
end
`,
  places,
  reservedLine,
  scores,
  queuesWith,
)
