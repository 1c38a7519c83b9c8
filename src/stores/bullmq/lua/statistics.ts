import { lua } from '../script.js'
import { keys } from './places.js'

/**
 * Sums what a call ends, and writes the sums of all time and of the minute. A field is the queue, the task, and what is counted:
 * c completed, r retried, e l t x failed by reason, d milliseconds, b0 b1 ... buckets of durations.
 */
export const statistics = lua(
  `
local sums = {}
local function count_end(queue, task, at, what, duration, bucket)
  local minute = math.floor(at / 60000)
  local sum = sums[minute]
  if not sum then sum = {}; sums[minute] = sum end
  local of = queue .. ' ' .. task .. ' '
  sum[of .. what] = (sum[of .. what] or 0) + 1
  if duration then
    sum[of .. 'd'] = (sum[of .. 'd'] or 0) + duration
    sum[of .. 'b' .. bucket] = (sum[of .. 'b' .. bucket] or 0) + 1
  end
end
local function write_sums()
  for minute, sum in pairs(sums) do
    local text = string.format('%.0f', minute)
    rcall('ZADD', O .. 'minutes', text, text)
    for field, count in pairs(sum) do
      local more = string.format('%.0f', count)
      rcall('HINCRBY', O .. 'sums', field, more)
      rcall('HINCRBY', O .. 'sums:' .. text, field, more)
    end
  end
end
`,
  keys,
)

/** Failed jobs by task and error, with how many there were in each minute. */
export const failures = lua(
  `
local function add_failure(n, queue, id, task, text, at)
  local of = task .. ' ' .. text
  local group = rcall('HGET', O .. 'groups', of)
  if not group then
    local count = tonumber(rcall('HGET', O .. 'groups:of', task)) or 0
    if count >= request.maxGroups then
      of = task .. ' '
      group = rcall('HGET', O .. 'groups', of)
      text = ''
    end
    if not group then
      group = rcall('INCR', O .. 'groups:id')
      rcall('HSET', O .. 'groups', of, group)
      rcall('HINCRBY', O .. 'groups:of', task, 1)
      rcall('HSET', O .. 'group:' .. group, 'task', task, 'error', text, 'first', at)
    end
  end
  local key = O .. 'group:' .. group
  local last = tonumber(rcall('HGET', key, 'last'))
  if not last or tonumber(at) > last then
    rcall('HSET', key, 'last', at)
    rcall('ZADD', O .. 'groups:last', at, group)
  end
  rcall('HSET', key, 'sample', n)
  rcall('HINCRBY', key, 'm' .. math.floor(at / 60000), 1)
  rcall('HINCRBY', key, 'jobs', 1)
  rcall('HSET', P .. queue .. ':' .. id, 'grp', group)
end
local function leave_group(group)
  if group then rcall('HINCRBY', O .. 'group:' .. group, 'jobs', -1) end
end
`,
  keys,
)
