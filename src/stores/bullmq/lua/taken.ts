import { lua } from '../script.js'
import { request } from './places.js'

/**
 * Attempts of ours whose job somebody else took: BullMQ's stalled check, when the lock was gone; or whoever removed the job. `by`
 * is there while no attempt of ours runs, so an attempt that has begun and has none has not ended.
 */
export const taken = lua(
  `
local function counters(text, tally)
  local c = { 0, 0, 0, 0, 0 }
  local index = 1
  for number in string.gmatch(text or '', '%d+') do c[index] = tonumber(number); index = index + 1 end
  c[1] = c[1] + tally[1]; c[2] = c[2] + tally[2]; c[3] = c[3] + tally[3]
  if tally[4] >= 0 then c[4] = c[4] + tally[4] else c[4] = 0 end
  if tally[5] >= 0 then c[5] = tally[5] end
  return table.concat(c, ' ')
end
local function note_loss(key, attempt, worker, started, c)
  local error = '{"name":"WorkerLost","message":"BullMQ took the job for stalled while it ran","stack":null}'
  local record = '["failed","lost",' .. (started or request.now) .. ',' .. string.format('%.0f', request.now) .. ',"lost",'
    .. (worker and '"' .. worker .. '"' or 'null') .. ']'
  rcall('HSET', key, 'a' .. attempt, record, 'e' .. attempt, error, 'err', error, 'c', counters(c, { 0, 1, 0, 0, -1 }), 'by', 'lost')
end
-- The worker runs the job no more. Writes down the loss of its attempt, if nobody has.
local function note_taken(n, queue, id, worker)
  local key = P .. queue .. ':' .. id
  rcall('ZREM', O .. 'run:' .. worker, queue .. ':' .. id)
  rcall('SREM', O .. 'cancel:' .. worker, n)
  local of = rcall('HMGET', key, 'own', 'by', 'start', 'c', 'ats', 'pb')
  if not of[1] or of[2] then return end
  -- The attempt is one that another worker of ours has begun since.
  if of[1] == of[5] and of[6] ~= worker then return end
  rcall('HDEL', key, 'cancel')
  note_loss(key, of[1], worker, of[3], of[4])
end
`,
  request,
)
