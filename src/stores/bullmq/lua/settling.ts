import { bull } from '../bullmq-functions.js'
import { lua } from '../script.js'
import { cancelling, ends } from './ends.js'
import { places, request, reservedLine, scores, states } from './places.js'
import { failures, statistics } from './statistics.js'

/**
 * `end_attempt(e, queue, id, of, worker)` ends a running attempt as `e` says, without a look at leases. False: BullMQ does not have the job
 * running any more, because somebody else took it. It is forgotten then.
 */
export const settling = lua(
  `
local now = request.now
local function let_go(n, queue, id, worker, of)
  rcall('ZREM', O .. 'run:' .. worker, queue .. ':' .. id)
  if of.cancel then
    rcall('HDEL', P .. queue .. ':' .. id, 'cancel')
    rcall('SREM', O .. 'cancel:' .. worker, n)
  end
end
local function counters(text, tally)
  local c = { 0, 0, 0, 0, 0 }
  local index = 1
  for number in string.gmatch(text or '', '%d+') do c[index] = tonumber(number); index = index + 1 end
  c[1] = c[1] + tally[1]; c[2] = c[2] + tally[2]; c[3] = c[3] + tally[3]
  if tally[4] >= 0 then c[4] = c[4] + tally[4] else c[4] = 0 end
  if tally[5] >= 0 then c[5] = tally[5] end
  return table.concat(c, ' ')
end
local function fields_of(b, id)
  local v = rcall('HMGET', b .. id, 'ats', 'pb', 'res', 'sn', 'name', 'cancel', 'c', 'priority', 'exp', 'ran')
  return {
    attempt = tonumber(v[1]), worker = v[2], res = v[3], counted = v[4] or v[5], cancel = v[6], c = v[7],
    priority = tonumber(v[8]) or 0, expires = v[9] and not v[10] and v[9],
  }
end
local function end_attempt(e, queue, id, of, worker)
  local b = P .. queue .. ':'
  local key = b .. id
  local n = e.n
  if not rcall('GET', key .. ':lock') then rcall('SET', key .. ':lock', worker, 'PX', 30000) end
  local fields = e.fields
  if e.tally then
    fields[#fields + 1] = 'c'; fields[#fields + 1] = counters(of.c, e.tally)
  elseif e.suspect then
    fields[#fields + 1] = 'c'; fields[#fields + 1] = counters(of.c, { 0, 0, 0, 0, 1 })
  end
  local code
  if e.kind == 'completed' or e.kind == 'failed' or e.kind == 'cancelled' then
    local target = e.kind == 'completed' and 'completed' or 'failed'
    code = bull_moveToFinished({
      b .. 'wait', b .. 'active', b .. 'prioritized', b .. 'events', b .. 'stalled', b .. 'limiter', b .. 'delayed',
      b .. 'paused', b .. 'meta', O .. 'ignored:pc', b .. target, key, b .. 'metrics:' .. target, b .. 'marker',
    }, {
      id, e.at, target == 'completed' and 'returnvalue' or 'failedReason', e.value, target, '', b,
      { token = worker, keepJobs = { count = -1 }, attempts = 1, maxMetricsSize = '', lockDuration = 30000 }, fields,
    })
  elseif e.due and e.due > now then
    code = bull_moveToDelayed({
      b .. 'marker', b .. 'active', b .. 'prioritized', b .. 'delayed', key, b .. 'events', b .. 'meta', b .. 'stalled',
      b .. 'wait', b .. 'limiter', O .. 'ignored:pc',
    }, { b, now, id, worker, e.due - now, '0', fields, '0', {} })
  else
    local reserved = of.res and rcall('HEXISTS', O .. 'workers', of.res) == 1
    local line = reserved and reserved_line(of.res, queue) or b .. 'prioritized'
    local marker = reserved and O .. 'ignored:marker' or b .. 'marker'
    if e.kind == 'retry' then
      code = bull_retryJob({
        b .. 'active', b .. 'wait', b .. 'paused', key, b .. 'meta', b .. 'events', O .. 'ignored:delayed', line,
        O .. 'ignored:pc', marker, b .. 'stalled',
      }, { b, now, 'LPUSH', id, worker, fields })
    else
      code = bull_moveJobFromActiveToWait({
        b .. 'active', b .. 'wait', b .. 'stalled', b .. 'paused', b .. 'meta', b .. 'limiter', line, marker, b .. 'events',
      }, { id, worker, key })
      if code >= 0 and #fields > 0 then rcall('HSET', key, unpack(fields)) end
    end
    if code >= 0 then
      rcall('ZADD', line, 'XX', line_score(of.priority, n), id)
      rcall('ZADD', O .. 'ready:' .. queue, e.due or now, id)
      if reserved then rcall('SADD', O .. 'lines', of.res .. ':' .. queue) end
    end
  end
  let_go(n, queue, id, worker, of)
  if code < 0 then return false end
  if e.drop then rcall('HDEL', key, unpack(e.drop)) end
  if e.count then count_end(queue, of.counted, e.at, e.count, e.duration, e.bucket) end
  if e.kind == 'completed' or e.kind == 'failed' or e.kind == 'cancelled' then
    end_job(n, queue, id, e.at, e.kind, e.reason, e.slotEnd)
    if e.kind == 'failed' then add_failure(n, queue, id, of.counted, e.group, e.at) end
  else
    if of.expires and not e.ran then rcall('ZADD', O .. 'exp', of.expires, queue .. ':' .. id) end
    if of.res then rcall('ZADD', O .. 'owned:' .. of.res, n, queue .. ':' .. id) end
    -- The job would go back to a queue, but a cancel was requested: it ends here.
    if of.cancel then fail_waiting(n, queue, id, now, 'cancelled', nil, 'cancelled', cancelled_end) end
  end
  return true
end
`,
  request,
  places,
  states,
  scores,
  reservedLine,
  cancelling,
  ends,
  statistics,
  failures,
  bull.moveToFinished,
  bull.moveToDelayed,
  bull.retryJob,
  bull.moveJobFromActiveToWait,
)
