import type { EpochMs } from '../../domain/job.js'
import { writing } from './calls.js'
import type { Context } from './context.js'
import { scheduleWrites, unendedJobs } from './lua/slots.js'

/**
 * Removes what became of slots long ago, or of too many, and then the schedules that had only one. A record whose job has not ended
 * stays: a later slot is held against it.
 */
const pruneScript = writing(
  'prune-slots',
  `
rcall('DEL', O .. 'ignored')
local tooMany = rcall('ZREVRANGE', O .. 'slotthrough', request.most, request.most, 'WITHSCORES')
local before = request.before
if tooMany[2] and (not before or tooMany[2] + 1 > before) then before = tooMany[2] + 1 end
if not before then return 0 end
local function goes(name, slot)
  if rcall('ZSCORE', O .. 'slotwaits:' .. name, slot) then return false end
  local n = job_of(rcall('HGET', O .. 'slots:' .. name, slot))
  return n == 0 or is_ended(state_of_job(n)), n
end
local removed, touched = 0, {}
local from = 0
while removed < request.limit do
  local some = rcall('ZRANGEBYSCORE', O .. 'slotthrough', '-inf', '(' .. string.format('%.0f', before), 'LIMIT', from, 500)
  if #some == 0 then break end
  for _, member in ipairs(some) do
    local name, slot = string.match(member, '^(.*) (.*)$')
    local isGone, n = goes(name, slot)
    if removed == request.limit then break end
    if isGone then
      rcall('ZREM', O .. 'slotthrough', member)
      rcall('ZREM', O .. 'slottimes:' .. name, slot)
      rcall('HDEL', O .. 'slots:' .. name, slot)
      rcall('HDEL', O .. 'slotend:' .. name, slot)
      if n > 0 then rcall('ZREM', O .. 'unended:' .. name, n) end
      removed = removed + 1
      touched[name] = true
    else
      from = from + 1
    end
  end
end
local dropped = 0
from = 0
while dropped < request.limit do
  local some = rcall('ZRANGEBYSCORE', O .. 'schedules:once', '-inf', '(' .. string.format('%.0f', before), 'WITHSCORES', 'LIMIT', from, 500)
  if #some == 0 then break end
  for index = 1, #some, 2 do
    local name, at = some[index], tonumber(some[index + 1])
    if dropped == request.limit then break end
    local kept = cjson.decode(rcall('HGET', O .. 'schedules', name))
    if at <= kept.decidedUntil and rcall('EXISTS', O .. 'slotwaits:' .. name) == 0 then
      drop_schedule(name)
      rcall('INCR', O .. 'schedules:version')
      dropped = dropped + 1
    else
      from = from + 1
    end
  end
end
for name in pairs(touched) do
  if rcall('HEXISTS', O .. 'schedules', name) == 1 then touch(name) end
end
return removed`,
  null,
  unendedJobs,
  scheduleWrites,
)

/** Answers how many records went. `slotsMs`: for how long they are kept; null: for ever. */
export async function pruneSlots(
  context: Context,
  { now, most, slotsMs }: { readonly now: EpochMs; readonly most: number; readonly slotsMs: number | null },
  limit: number,
): Promise<number> {
  const before = slotsMs === null ? {} : { before: now - slotsMs }
  return Number(await context.calls.write(pruneScript, { most, limit, ...before }))
}
