import { lua } from '../script.js'
import { keys, places, states } from './places.js'

/**
 * Slot records: a hash per schedule, of `[job number or 0,...` by the time of the slot, which is text everywhere. Beside it the
 * times in their order, those that wait, and for all schedules together until when each record stands.
 */
export const slotRecords = lua(
  `
local function job_of(record)
  return record and tonumber(string.match(record, '^%[(%d+)')) or 0
end
local function is_ended(state)
  return not state or state == 'completed' or state == 'failed' or state == 'cancelled'
end
local function state_of_job(n)
  local queue, id = where(n)
  return queue and state_of(queue, id) or nil, queue, id
end
-- How a job has ended, from the job itself: a worker of BullMQ writes down nothing else.
local function end_of_job(queue, id, state)
  local of = rcall('HMGET', P .. queue .. ':' .. id, 'fin', 'finishedOn', 'start', 'processedOn', 'ats', 'own')
  local at, how = string.match(of[1] or '', '^(%d+) (.*)$')
  local reason, duration = 'null', 'null'
  if state == 'failed' then reason = '"' .. (at == of[2] and how or 'error') .. '"' end
  local began = of[5] == of[6] and of[3] or of[4]
  if began and state ~= 'cancelled' and how ~= 'expired' then duration = math.max(0, of[2] - began) end
  return '{"state":"' .. state .. '","reason":' .. reason .. ',"durationMs":' .. duration .. '}'
end
-- The record of a slot, and how its job has ended.
local function slot_row(name, slot)
  local record = rcall('HGET', O .. 'slots:' .. name, slot)
  local n = job_of(record)
  if n == 0 then return { slot, record } end
  local ended = rcall('HGET', O .. 'slotend:' .. name, slot)
  local of, text = string.match(ended or '', '^(%d+) (.*)$')
  if tonumber(of) == n then return { slot, record, text } end
  local queue, id = where(n)
  -- Most that have no end here have none: their state takes more to find out.
  if not queue or not rcall('HGET', P .. queue .. ':' .. id, 'finishedOn') then return { slot, record } end
  local state = state_of(queue, id)
  if not state or not is_ended(state) then return { slot, record } end
  return { slot, record, end_of_job(queue, id, state) }
end
local function last_slot(name, latest)
  local last = rcall('ZREVRANGEBYSCORE', O .. 'slottimes:' .. name, latest, '-inf', 'LIMIT', 0, 1)[1]
  return last and slot_row(name, last) or {}
end
-- Slots that wait, the oldest first: time, record, time, record.
local function waiting_slots(name)
  local found = {}
  for _, slot in ipairs(rcall('ZRANGE', O .. 'slotwaits:' .. name, 0, -1)) do
    found[#found + 1] = slot
    found[#found + 1] = rcall('HGET', O .. 'slots:' .. name, slot)
  end
  return found
end
`,
  places,
  states,
)

/** The jobs of a schedule that have not ended. A job that somebody else ended or removed is still listed, and passed over. */
export const unendedJobs = lua(
  `
local function unended_numbers(name)
  return table.concat(rcall('ZRANGE', O .. 'unended:' .. name, 0, -1), ' ')
end
local function each_unended(name, with)
  local rows = rcall('ZRANGE', O .. 'unended:' .. name, 0, -1, 'WITHSCORES')
  for index = 1, #rows, 2 do
    local n, slot = tonumber(rows[index]), rows[index + 1]
    local state, queue, id = state_of_job(n)
    if is_ended(state) then
      with(n, slot, nil)
    elseif job_of(rcall('HGET', O .. 'slots:' .. name, slot)) == n then
      with(n, slot, state, queue, id)
    end
  end
end
`,
  slotRecords,
)

/** Who holds the key of a job that a slot is to have, as far as a decision depends on it: its number, and whether it runs or has ended. */
export const keyHolders = lua(`
local function holder_of(job, at)
  if not job or not job.key then return '' end
  local n, queue, id, state = key_holder(job.key.name, at)
  return n and n .. ' ' .. state or '', n, queue, id, state
end
`)

/** What writes schedules and their slots marks each with a number that no other write has: who has read it sees that it has changed. */
export const scheduleWrites = lua(
  `
local function tx_of(name)
  return rcall('HGET', O .. 'schedules:tx', name) or '0'
end
local function schedules_version()
  return rcall('GET', O .. 'schedules:version') or '0'
end
local function touch(name)
  rcall('HSET', O .. 'schedules:tx', name, rcall('INCR', O .. 'schedules:writes'))
end
local function drop_schedule(name)
  for _, of in ipairs({ 'schedules', 'schedules:tx', 'success' }) do rcall('HDEL', O .. of, name) end
  rcall('ZREM', O .. 'schedules:once', name)
  for _, outcome in ipairs({ 'fired', 'late', 'skipped', 'missed' }) do
    rcall('HDEL', O .. 'slottotals', outcome .. ' ' .. name)
  end
end
`,
  keys,
)
