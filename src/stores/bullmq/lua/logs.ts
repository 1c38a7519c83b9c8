import { lua } from '../script.js'
import { keys } from './places.js'

/**
 * The output of a job, in BullMQ's own list of its log lines: rows `[attempt,line,...`, the lines of an attempt in their order,
 * attempt after attempt. `l1`: where the lines of attempt 1 begin. A row that is forgotten stays as `[attempt,line]` until many
 * are: to take one out of the middle of a list, Redis walks through it.
 */
export const logs = lua(
  `
local function line_of(row)
  local attempt, line = string.match(row, '^%[(%d+),(%d+)')
  return tonumber(attempt), tonumber(line)
end
local function is_forgotten(row)
  return string.find(row, '^%[%d+,%d+%]$') ~= nil
end
-- The first index from which on the lines of an attempt are beyond after.
local function index_after(list, attempt, after, first, last)
  while first < last do
    local middle = math.floor((first + last) / 2)
    local of, line = line_of(rcall('LINDEX', list, middle))
    if of and (of > attempt or (of == attempt and line > after)) then last = middle else first = middle + 1 end
  end
  return first
end
local function append_lines(job, attempt, rows, forget)
  local list = job .. ':logs'
  if #rows > 0 then
    rcall('HSETNX', job, 'l' .. attempt, rcall('LLEN', list))
    for from = 1, #rows, 1000 do rcall('RPUSH', list, unpack(rows, from, math.min(from + 999, #rows))) end
  end
  local start = tonumber(rcall('HGET', job, 'l' .. attempt))
  if not forget or not start then return end
  local length = rcall('LLEN', list)
  local index = index_after(list, attempt, forget[1] - 1, start, length)
  local gone = 0
  while index < length do
    local row = rcall('LINDEX', list, index)
    local of, line = line_of(row)
    if of ~= attempt or line > forget[2] then break end
    if not is_forgotten(row) then rcall('LSET', list, index, '[' .. attempt .. ',' .. line .. ']'); gone = gone + 1 end
    index = index + 1
  end
  if gone > 0 and rcall('HINCRBY', job, 'f' .. attempt, gone) > 2000 then
    local kept = {}
    for _, row in ipairs(rcall('LRANGE', list, start, -1)) do
      if not is_forgotten(row) then kept[#kept + 1] = row end
    end
    if start == 0 then rcall('DEL', list) else rcall('LTRIM', list, 0, start - 1) end
    for from = 1, #kept, 1000 do rcall('RPUSH', list, unpack(kept, from, math.min(from + 999, #kept))) end
    rcall('HDEL', job, 'f' .. attempt)
  end
end
local function read_lines(job, attempt, after, limit)
  local list = job .. ':logs'
  local start = tonumber(rcall('HGET', job, 'l' .. attempt))
  if not start then return {} end
  local length = rcall('LLEN', list)
  local index = index_after(list, attempt, after, start, length)
  local found = {}
  while #found < limit do
    local rows = rcall('LRANGE', list, index, index + 499)
    if #rows == 0 then break end
    for _, row in ipairs(rows) do
      local of = line_of(row)
      if of ~= attempt then return found end
      if not is_forgotten(row) then found[#found + 1] = row end
      if #found == limit then return found end
    end
    index = index + #rows
  end
  return found
end
`,
  keys,
)
