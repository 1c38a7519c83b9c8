import { bull } from '../bullmq-functions.js'
import { lua } from '../script.js'
import { adopting } from './adopting.js'
import { guarding } from './guarding.js'
import { inParts, places, request } from './places.js'
import { taken } from './taken.js'

/**
 * What is written as attempts begin. `activate(queue, wait, line, reserved)` moves the first job of a line through BullMQ's own
 * moveToActive, so that its locks, rate limits, limits of running jobs and events are as its workers have them. It gets a line of
 * one job where a job in front of it is passed over, and none of its delayed jobs: it would promote them out of their order.
 */
export const beginning = lua(
  `
local now = request.now
-- Redis takes twice as long for a number as for its text, and more the longer it is.
local now_text = string.format('%.0f', now)
local lock_text = string.format('%.0f', request.leaseMs)
local worker = request.worker
local started = {}
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
-- What a start depends on. Of all fields it would cost twice as much.
local looked_at = {}
for _, name in ipairs({ 'name', 'exp', 'ran', 'rjk', 'own', 'by', 'ats', 'defa', 'n', 'cancel', 'res', 'refused', 'start', 'c' }) do
  looked_at[name] = true
end
local function fields_in(flat)
  local fields = {}
  for index = 1, #flat, 2 do
    local name = flat[index]
    if looked_at[name] then fields[name] = flat[index + 1] end
  end
  return fields
end
-- Why the job must fail in place of running: '' if it may run.
local function refusal_of(n, queue, id, fields)
  if fields.refused then return 'fields' end
  if guarded[fields.name] and not is_genuine(n, queue, fields.name, rcall('HGET', P .. queue .. ':' .. id, 'data')) then return 'task' end
  -- How often a job of ours may be lost is ours to say.
  return fields.defa and fields.n and 'deferred' or ''
end
-- What is written once for all attempts that begin: ids by queue; numbers and places.
local begun = { ids = {}, places = {} }
-- What is written beside every attempt that begins. Answers the job as it was before, with its attempt.
local function begun_job(n, queue, id, flat, fields, attempt)
  local b = P .. queue .. ':'
  local place = queue .. ':' .. id
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
  return { n, queue, id, 'running', flat, refusal_of(n, queue, id, fields), attempt }
end
-- Of a job that BullMQ has moved.
local function begin(queue, id, flat)
  local b = P .. queue .. ':'
  local n = number_of(queue, id)
  if not n then
    n = adopt(queue, id)
    flat = rcall('HGETALL', b .. id)
  end
  local fields = fields_in(flat)
  if fields.own and not fields.by then
    note_loss(b .. id, fields.own, nil, fields.start, fields.c)
    flat = rcall('HGETALL', b .. id)
    fields = fields_in(flat)
  end
  rcall('HSET', b .. id, 'start', now_text, 'own', fields.ats)
  return begun_job(n, queue, id, flat, fields, fields.ats)
end
local function note_begun()
  for queue, ids in pairs(begun.ids) do call_in_parts('ZREM', O .. 'ready:' .. queue, ids) end
  call_in_parts('ZADD', O .. 'run:' .. worker, begun.places)
end
`,
  request,
  inParts,
  places,
  adopting,
  guarding,
  taken,
  bull.moveToActive,
)
