import { bull } from '../bullmq-functions.js'
import { lua } from '../script.js'
import { cancelling, ends } from './ends.js'
import { inParts, places, request, reservedLine, scores, states } from './places.js'
import { failures, statistics } from './statistics.js'
import { taken } from './taken.js'

/**
 * `end_attempt(e, queue, id, of, worker)` ends a running attempt as `e` says, without a look at leases. False: BullMQ does not have the job
 * running any more, because somebody else took it. It is forgotten then.
 */
export const settling = lua(
  `
local now = request.now
local news = 'end'
-- Places of what has ended, by worker: taken from what these run at the end of the call.
local gone = {}
local function let_go(n, queue, id, worker, of)
  local places = gone[worker]
  if not places then
    places = {}
    gone[worker] = places
  end
  places[#places + 1] = queue .. ':' .. id
  if of.cancel then
    rcall('HDEL', P .. queue .. ':' .. id, 'cancel')
    rcall('SREM', O .. 'cancel:' .. worker, n)
  end
end
local function note_gone()
  for worker, places in pairs(gone) do call_in_parts('ZREM', O .. 'run:' .. worker, places) end
end
local function fields_of(b, id)
  local v = rcall('HMGET', b .. id, 'ats', 'pb', 'own', 'sn', 'name', 'cancel', 'c', 'exp', 'sched', 'slot', 'atm', 'parentKey', 'deid')
  return {
    attempt = tonumber(v[1]), worker = v[2], own = tonumber(v[3]), counted = v[4] or v[5], cancel = v[6], c = v[7], exp = v[8],
    sched = v[9], slot = v[10], atm = v[11], parent = v[12], deid = v[13],
  }
end
-- What only jobs need that go back to a line.
local function add_way_back(b, id, of)
  local v = rcall('HMGET', b .. id, 'res', 'priority', 'ran')
  of.res, of.priority, of.expires = v[1], tonumber(v[2]) or 0, of.exp and not v[3] and of.exp
end
local function is_end(kind)
  return kind == 'completed' or kind == 'failed' or kind == 'cancelled'
end
-- The line that a job goes back to, and the marker that wakes workers of BullMQ.
local function way_back(b, queue, of)
  if of.res and rcall('HEXISTS', O .. 'workers', of.res) == 1 then
    rcall('SADD', O .. 'lines', of.res .. ':' .. queue)
    return reserved_line(of.res, queue), O .. 'ignored:marker'
  end
  return b .. 'prioritized', b .. 'marker'
end
-- The keys that BullMQ's script gets, made once for each queue; the twelfth is the job.
local keys_of_end = {}
local function end_keys(b, target)
  local keys = keys_of_end[b .. target]
  if keys then return keys end
  keys = {
    b .. 'wait', b .. 'active', b .. 'prioritized', b .. 'events', b .. 'stalled', b .. 'limiter', b .. 'delayed',
    b .. 'paused', b .. 'meta', O .. 'ignored:pc', b .. target, '', b .. 'metrics:' .. target, b .. 'marker',
  }
  keys_of_end[b .. target] = keys
  return keys
end
-- BullMQ's own move, with its answer: below 0 if it does not have the job running with this lock.
local function move(e, b, queue, id, of, worker, fields)
  local key = b .. id
  if is_end(e.kind) then
    local target = e.kind == 'completed' and 'completed' or 'failed'
    local keys = end_keys(b, target)
    keys[12] = key
    return bull_moveToFinished(keys, {
      id, e.at, target == 'completed' and 'returnvalue' or 'failedReason', e.value, target, '', b,
      { token = worker, keepJobs = { count = -1 }, attempts = 1, maxMetricsSize = '', lockDuration = 30000 }, fields,
    })
  end
  if e.due > now then
    return bull_moveToDelayed({
      b .. 'marker', b .. 'active', b .. 'prioritized', b .. 'delayed', key, b .. 'events', b .. 'meta', b .. 'stalled',
      b .. 'wait', b .. 'limiter', O .. 'ignored:pc',
    }, { b, now, id, worker, e.due - now, '0', fields, '0', {} })
  end
  local line, marker = way_back(b, queue, of)
  local code
  if e.kind == 'retry' then
    code = bull_retryJob({
      b .. 'active', b .. 'wait', b .. 'paused', key, b .. 'meta', b .. 'events', O .. 'ignored:delayed', line,
      O .. 'ignored:pc', marker, b .. 'stalled',
    }, { b, now, 'LPUSH', id, worker, fields })
  else
    code = bull_moveJobFromActiveToWait({
      b .. 'active', b .. 'wait', b .. 'stalled', b .. 'paused', b .. 'meta', b .. 'limiter', line, marker, b .. 'events',
    }, { id, worker, key })
    if code >= 0 then rcall('HSET', key, unpack(fields)) end
  end
  if code >= 0 then
    rcall('ZADD', line, 'XX', line_score(of.priority, e.n), id)
    rcall('ZADD', O .. 'ready:' .. queue, e.due, id)
    news = 'work'
  end
  return code
end
-- What is written beside the end of every attempt.
local function note_settled(e, queue, id, of, worker)
  local n, key = e.n, P .. queue .. ':' .. id
  let_go(n, queue, id, worker, of)
  -- Workers of BullMQ compare the count of attempts with the limit of failures.
  if e.kind == 'cancelled' or (e.tally and e.tally[1] == 0) then rcall('HINCRBY', key, 'atm', -1) end
  if e.drop then rcall('HDEL', key, unpack(e.drop)) end
  -- There is no error of an attempt before without a counter.
  if e.kind == 'completed' and of.c then rcall('HDEL', key, 'err') end
  if e.count then count_end(queue, of.counted, e.at, e.count, e.duration, e.bucket) end
  if is_end(e.kind) then
    note_end(n, queue, id, e.at, e.kind, of, e.slotEnd)
    if e.kind == 'failed' then add_failure(n, queue, id, of.counted, e.group, e.at) end
  else
    if of.expires and not e.ran then rcall('ZADD', O .. 'exp', of.expires, queue .. ':' .. id) end
    if of.res then rcall('ZADD', O .. 'owned:' .. of.res, n, queue .. ':' .. id) end
    -- The job would go back to a queue, but a cancel was requested: it ends here.
    if of.cancel then fail_waiting(n, queue, id, now, 'cancelled', nil, 'cancelled', cancelled_end) end
  end
end
local function end_attempt(e, queue, id, of, worker)
  local b = P .. queue .. ':'
  local key = b .. id
  local n = e.n
  local fields = e.fields
  if not is_end(e.kind) then add_way_back(b, id, of) end
  if e.tally then
    fields[#fields + 1] = 'c'
    fields[#fields + 1] = counters(of.c, e.tally)
  elseif e.suspect then
    fields[#fields + 1] = 'c'
    fields[#fields + 1] = counters(of.c, { 0, 0, 0, 0, 1 })
  end
  local code = move(e, b, queue, id, of, worker, fields)
  if code == -4 or code == -9 then
    -- Others have put children below it while it ran. BullMQ waits for them before a run, not after.
    rcall('DEL', key .. ':dependencies', key .. ':unsuccessful')
    code = move(e, b, queue, id, of, worker, fields)
  end
  if code == -2 and rcall('LPOS', b .. 'active', id) then
    -- The lock is gone before the lease is, which counts.
    rcall('SET', key .. ':lock', worker, 'PX', 30000)
    code = move(e, b, queue, id, of, worker, fields)
    if code < 0 then rcall('DEL', key .. ':lock') end
  end
  if code < 0 then
    note_taken(n, queue, id, worker)
    return false
  end
  note_settled(e, queue, id, of, worker)
  return true
end
`,
  request,
  inParts,
  places,
  states,
  scores,
  reservedLine,
  taken,
  cancelling,
  ends,
  statistics,
  failures,
  bull.moveToFinished,
  bull.moveToDelayed,
  bull.retryJob,
  bull.moveJobFromActiveToWait,
)
