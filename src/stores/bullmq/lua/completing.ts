import { lua } from '../script.js'
import { inParts } from './places.js'
import { settling } from './settling.js'

/**
 * Completes jobs that nothing of BullMQ hangs on, such as a flow: all of a call by as few commands as there can be. What they
 * write is what BullMQ's moveToFinished writes, one job after the other.
 *
 * `look_at(ends)`: first, with those whose jobs have an id of ours. `complete(e, queue, id, of, worker)`: false if it is not such a
 * job. `write_completed()`: once, at the end.
 */
export const completing = lua(
  `
-- Who has locked each of the jobs, by key; none where one of them waits for children.
local locked = {}
-- By queue: pairs of a time and an id; ids; keys of locks. is_last: no other end of the queue was written behind them.
local completed = {}
-- Where a key of the queue holds something else, this fails: nothing has been written yet.
local function look_at_queue(b)
  local most = rcall('HGET', b .. 'meta', 'opts.maxLenEvents')
  rcall('ZCARD', b .. 'completed')
  rcall('SCARD', b .. 'stalled')
  rcall('LLEN', b .. 'active')
  rcall('XTRIM', b .. 'events', 'MAXLEN', '~', most or 10000)
  if not most then rcall('HSET', b .. 'meta', 'opts.maxLenEvents', 10000) end
end
local function look_at(ends)
  local keys, locks, children = {}, {}, {}
  for _, e in ipairs(ends) do
    local key = P .. e.queue .. ':' .. e.id
    keys[#keys + 1] = key
    locks[#locks + 1] = key .. ':lock'
    children[#children + 1] = key .. ':dependencies'
    children[#children + 1] = key .. ':unsuccessful'
    if not completed[e.queue] then
      look_at_queue(P .. e.queue .. ':')
      completed[e.queue] = { scores = {}, ids = {}, locks = {} }
    end
  end
  if #keys == 0 or rcall('EXISTS', unpack(children)) > 0 then return end
  for index, owner in ipairs(rcall('MGET', unpack(locks))) do locked[keys[index]] = owner end
end
local function complete(e, queue, id, of, worker)
  local b = P .. queue .. ':'
  local key = b .. id
  if e.kind ~= 'completed' or locked[key] ~= worker or of.parent or of.deid or of.cancel or e.tally then return false end
  if rcall('LREM', b .. 'active', -1, id) == 0 then return false end
  local fields = e.fields
  local made = string.format('%.0f', (tonumber(of.atm) or 0) + 1)
  rcall('HSET', key, 'returnvalue', e.value, 'finishedOn', e.at, 'atm', made, unpack(fields))
  rcall('XADD', b .. 'events', '*', 'event', 'completed', 'jobId', id, 'returnvalue', e.value, 'prev', 'active')
  local list = completed[queue]
  list.is_last = true
  list.scores[#list.scores + 1] = e.at
  list.scores[#list.scores + 1] = id
  list.ids[#list.ids + 1] = id
  list.locks[#list.locks + 1] = key .. ':lock'
  note_settled(e, queue, id, of, worker)
  return true
end
-- BullMQ itself has ended an attempt of the queue, and looked whether it has drained.
local function note_other_end(queue)
  if completed[queue] then completed[queue].is_last = false end
end
local function write_completed()
  for queue, list in pairs(completed) do
    local b = P .. queue .. ':'
    if #list.ids > 0 then
      rcall('DEL', unpack(list.locks))
      rcall('SREM', b .. 'stalled', unpack(list.ids))
      call_in_parts('ZADD', b .. 'completed', list.scores)
    end
    if list.is_last and rcall('EXISTS', b .. 'wait', b .. 'active', b .. 'prioritized') == 0 then
      rcall('XADD', b .. 'events', '*', 'event', 'drained')
    end
  end
end
`,
  inParts,
  settling,
)
