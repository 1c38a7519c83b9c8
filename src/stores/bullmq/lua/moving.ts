import { lua } from '../script.js'
import { beginning } from './beginning.js'
import { inParts } from './places.js'

/**
 * Starts waiting jobs of ours where BullMQ has no limit to heed: all that a call starts from a line are moved by as few
 * commands as there can be. What they write is what BullMQ's moveToActive writes, one job after the other.
 *
 * `move_later(n, queue, id, flat, of)` puts a job off; `move_now(queue, line)` moves those that have been, and counts them as started.
 */
export const moving = lua(
  `
-- Whether no limit of the queue says how many jobs may start; nor is it paused.
local function has_no_limits(queue)
  local of = rcall('HMGET', P .. queue .. ':meta', 'paused', 'concurrency', 'max')
  return not (of[1] or of[2] or of[3])
end
-- The numbers of those of a line that are ours, by id, from an index on.
local function numbers_of(queue, head, from)
  local ids, names = {}, {}
  for index = from, #head, 2 do
    local own = string.match(head[index], '^j([1-9]%d*)$')
    if own then
      local at = bucket(own)
      if not ids[at] then ids[at] = {}; names[at] = {} end
      table.insert(ids[at], head[index])
      table.insert(names[at], own)
    end
  end
  local numbers = {}
  for at, some in pairs(names) do
    for index, place in ipairs(rcall('HMGET', at, unpack(some))) do
      if place == queue then numbers[ids[at][index]] = tonumber(some[index]) end
    end
  end
  return numbers
end
-- Not so where somebody else has had the job since the last attempt of ours: that is a loss, to be written down.
local function can_begin(n, of)
  return n and not (of.own and not of.by)
end
local later = { ids = {}, jobs = {} }
local function move_later(n, queue, id, flat, of)
  local key = P .. queue .. ':' .. id
  local attempt = string.format('%.0f', (tonumber(of.ats) or 0) + 1)
  rcall('SET', key .. ':lock', worker, 'PX', lock_text)
  rcall('XADD', P .. queue .. ':events', '*', 'event', 'active', 'jobId', id, 'prev', 'waiting')
  rcall('HSET', key, 'processedOn', now_text, 'pb', worker, 'ats', attempt, 'start', now_text, 'own', attempt)
  later.ids[#later.ids + 1] = id
  later.jobs[#later.jobs + 1] = { n, queue, id, flat, of, attempt }
end
local function move_now(queue, line)
  if #later.ids == 0 then return end
  rcall('ZADD', P .. queue .. ':marker', 0, '0')
  call_in_parts('LPUSH', P .. queue .. ':active', later.ids)
  -- The last one: if a key holds something else, such as a job that somebody has called "active", they are still in the line.
  call_in_parts('ZREM', line, later.ids)
  for _, job in ipairs(later.jobs) do started[#started + 1] = begun_job(unpack(job)) end
  later = { ids = {}, jobs = {} }
end
`,
  inParts,
  beginning,
)
