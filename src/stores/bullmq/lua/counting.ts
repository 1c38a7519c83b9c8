import { lua } from '../script.js'
import { members } from './members.js'
import { states } from './places.js'

/** How many jobs of a queue are in which state, in the order of the states, by the lengths of BullMQ's own sets. */
export const counting = lua(
  `
local function lengths(queue, state)
  local sum = 0
  for _, key in ipairs(keys_of(queue, state)) do sum = sum + rcall(key[2] and 'LLEN' or 'ZCARD', key[1]) end
  return sum
end
local function counts_of(queue)
  local failed, cancelled = lengths(queue, 'failed'), lengths(queue, 'cancelled')
  return {
    lengths(queue, 'scheduled'), lengths(queue, 'queued'), lengths(queue, 'running'), lengths(queue, 'completed'),
    math.max(0, failed - cancelled), cancelled,
  }
end
-- When the oldest queued job became ready. Workers of BullMQ take jobs without a word: what they took is dropped here.
local function oldest_queued(queue)
  local b = P .. queue .. ':'
  local ready = O .. 'ready:' .. queue
  local oldest
  for count = 1, 500 do
    local head = rcall('ZRANGE', ready, 0, 0, 'WITHSCORES')
    if not head[1] then break end
    if state_of(queue, head[1]) == 'queued' then oldest = tonumber(head[2]); break end
    rcall('ZREM', ready, head[1])
  end
  local foreign = rcall('LINDEX', b .. 'wait', -1)
  local added = foreign and tonumber(rcall('HGET', b .. foreign, 'timestamp') or nil)
  if added and not rcall('ZSCORE', ready, foreign) and (not oldest or added < oldest) then oldest = added end
  return oldest
end
`,
  members,
  states,
)
