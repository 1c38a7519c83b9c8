import { lua } from '../script.js'
import { places, states } from './places.js'

/** Takes a job out of where it waits. */
export const waiting = lua(
  `
local function unwait(queue, id)
  local b = P .. queue .. ':'
  local worker = rcall('HGET', b .. id, 'res')
  rcall('ZREM', O .. 'ready:' .. queue, id)
  if worker then rcall('ZREM', O .. 'owned:' .. worker, queue .. ':' .. id) end
  if rcall('ZREM', b .. 'delayed', id) == 1 then return 'delayed' end
  if rcall('ZREM', b .. 'prioritized', id) == 1 then return 'waiting' end
  if worker and rcall('ZREM', reserved_line(worker, queue), id) == 1 then return 'waiting' end
  if rcall('LREM', b .. 'wait', 1, id) == 1 then return 'waiting' end
  -- The end of the last child brings back only what is there.
  if rcall('ZREM', b .. 'waiting-children', id) == 1 then return 'waiting-children' end
  return nil
end
`,
  states,
)

/**
 * What every end of a job does, whatever ended it: `at` is the time that BullMQ has as finishedOn. `fin` says how it ended,
 * and counts only with that time: a job that BullMQ has retried and ended has another one.
 */
export const ends = lua(
  `
-- of: the fields exp, sched and slot of the job.
local function note_end(n, queue, id, at, state, of, slot_end)
  if of.exp then rcall('ZREM', O .. 'exp', queue .. ':' .. id) end
  if state == 'cancelled' then rcall('ZADD', O .. 'cancelled:' .. queue, at, id) end
  if of.sched then
    rcall('ZREM', O .. 'unended:' .. of.sched, n)
    local record = rcall('HGET', O .. 'slots:' .. of.sched, of.slot)
    -- A job outlives the record of its slot when it is retried long after.
    if not record or tonumber(string.match(record, '^%[(%d+)')) ~= n then return end
    rcall('HSET', O .. 'slotend:' .. of.sched, of.slot, n .. ' ' .. slot_end)
    if state == 'completed' and rcall('HEXISTS', O .. 'schedules', of.sched) == 1 then
      local last = tonumber(rcall('HGET', O .. 'success', of.sched)) or 0
      if tonumber(at) > last then rcall('HSET', O .. 'success', of.sched, at) end
    end
  end
end
local function fail_waiting(n, queue, id, at, state, reason, text, slot_end)
  local b = P .. queue .. ':'
  local before = unwait(queue, id)
  if not before then return false end
  rcall('ZADD', b .. 'failed', at, id)
  rcall('HSET', b .. id, 'finishedOn', at, 'failedReason', text, 'fin', at .. ' ' .. (reason or state))
  rcall('XADD', b .. 'events', 'MAXLEN', '~', 10000, '*', 'event', 'failed', 'jobId', id, 'failedReason', text, 'prev', before)
  local of = rcall('HMGET', b .. id, 'exp', 'sched', 'slot')
  note_end(n, queue, id, at, state, { exp = of[1], sched = of[2], slot = of[3] }, slot_end)
  return true
end
`,
  places,
  waiting,
)

/** Cancels, and looks who holds a unique key. */
export const cancelling = lua(
  `
local cancelled_end = '{"state":"cancelled","reason":null,"durationMs":null}'
local function cancel_job(n, queue, id, state, at)
  if state == 'running' then
    local worker = rcall('HGET', P .. queue .. ':' .. id, 'pb')
    rcall('HSET', P .. queue .. ':' .. id, 'cancel', 1)
    -- A worker of BullMQ asks for none.
    if worker and rcall('ZSCORE', O .. 'run:' .. worker, queue .. ':' .. id) then rcall('SADD', O .. 'cancel:' .. worker, n) end
    return 'requested'
  end
  if state ~= 'queued' and state ~= 'scheduled' then return 'ended' end
  fail_waiting(n, queue, id, at, 'cancelled', nil, 'cancelled', cancelled_end)
  return 'cancelled'
end
local function is_waiting_too_long(queue, id, state, at)
  if state ~= 'queued' and state ~= 'scheduled' then return false end
  local of = rcall('HMGET', P .. queue .. ':' .. id, 'exp', 'ran')
  return of[1] and tonumber(of[1]) <= at and not of[2]
end
local function key_holder(name, at)
  local taken = rcall('HGET', O .. 'keys', name)
  if not taken then return nil end
  local number, for_ms = string.match(taken, '^(%d+) (%d+)$')
  local n = tonumber(number)
  local queue, id = where(n)
  if not queue then return nil end
  local state = state_of(queue, id)
  if not state then return nil end
  if state == 'completed' or state == 'failed' or state == 'cancelled' then
    local ended = tonumber(rcall('HGET', P .. queue .. ':' .. id, 'finishedOn')) or 0
    if tonumber(for_ms) == 0 or ended + tonumber(for_ms) <= at then return nil end
  end
  return n, queue, id, state
end
`,
  ends,
)
