import { lua } from '../script.js'
import { inParts } from './places.js'
import { settling } from './settling.js'

/**
 * Completes jobs that nothing of BullMQ hangs on, such as a flow: all of a call by as few commands as there can be. What they
 * write is what BullMQ's moveToFinished writes, one job after the other.
 *
 * `look_at_locks(list)`: first, with the ends that may be such, each with its place. `complete(e, queue, id, of, worker)`: false if
 * it is not such a job. `write_completed()`: once, at the end.
 */
export const completing = lua(
  `
-- Who has locked each of the jobs, by key; none where one of them waits for children.
local locked = {}
local function look_at_locks(keys)
  local locks, children = {}, {}
  for _, key in ipairs(keys) do
    locks[#locks + 1] = key .. ':lock'
    children[#children + 1] = key .. ':dependencies'
    children[#children + 1] = key .. ':unsuccessful'
  end
  if #keys == 0 or rcall('EXISTS', unpack(children)) > 0 then return end
  for index, owner in ipairs(rcall('MGET', unpack(locks))) do locked[keys[index]] = owner end
end
-- By queue: pairs of a time and an id; ids; keys of locks.
local completed = {}
local function complete(e, queue, id, of, worker)
  local b = P .. queue .. ':'
  local key = b .. id
  if e.kind ~= 'completed' or locked[key] ~= worker or of.has_parent or of.deid or of.cancel or e.tally then return false end
  if rcall('LREM', b .. 'active', -1, id) == 0 then return false end
  local fields = e.fields
  for _, text in ipairs({ 'returnvalue', e.value, 'finishedOn', e.at, 'atm', string.format('%.0f', (tonumber(of.atm) or 0) + 1) }) do
    fields[#fields + 1] = text
  end
  rcall('HSET', key, unpack(fields))
  rcall('XADD', b .. 'events', '*', 'event', 'completed', 'jobId', id, 'returnvalue', e.value, 'prev', 'active')
  local list = completed[queue]
  if not list then
    list = { scores = {}, ids = {}, locks = {} }
    completed[queue] = list
  end
  list.scores[#list.scores + 1] = e.at
  list.scores[#list.scores + 1] = id
  list.ids[#list.ids + 1] = id
  list.locks[#list.locks + 1] = key .. ':lock'
  note_settled(e, queue, id, of, worker)
  return true
end
local function write_completed()
  for queue, list in pairs(completed) do
    local b = P .. queue .. ':'
    rcall('DEL', unpack(list.locks))
    rcall('SREM', b .. 'stalled', unpack(list.ids))
    call_in_parts('ZADD', b .. 'completed', list.scores)
    local most = rcall('HGET', b .. 'meta', 'opts.maxLenEvents')
    if not most then rcall('HSET', b .. 'meta', 'opts.maxLenEvents', 10000) end
    rcall('XTRIM', b .. 'events', 'MAXLEN', '~', most or 10000)
    if rcall('EXISTS', b .. 'wait', b .. 'active', b .. 'prioritized') == 0 then
      rcall('XADD', b .. 'events', '*', 'event', 'drained')
    end
  end
end
`,
  inParts,
  settling,
)
