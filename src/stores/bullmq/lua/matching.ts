import { lua } from '../script.js'
import { places, request, states } from './places.js'

/**
 * `matching_state(n, queue, id)`: the state of a job, if it is what `request.filter` asks for. Asks Redis for no more than the filter
 * needs: most jobs that it looks at are not on the page.
 */
export const matching = lua(
  `
local filter = request.filter
local wants_fields = filter.task or filter.createdBefore or filter.createdAfter or filter.schedule
local wants_end = filter.reason or filter.endedAfter or filter.error
local folded = {}
local function folded_error(group)
  if folded[group] == nil then folded[group] = rcall('HGET', O .. 'group:' .. group, 'error') end
  return folded[group]
end
local function has_fields(b, id)
  local of = rcall('HMGET', b .. id, 'name', 'timestamp', 'sched')
  local created = tonumber(of[2]) or 0
  return (not filter.task or of[1] == filter.task)
    and (not filter.createdBefore or created < filter.createdBefore)
    and (not filter.createdAfter or created >= filter.createdAfter)
    and (not filter.schedule or of[3] == filter.schedule)
end
local function has_end(b, id, state)
  if state ~= 'completed' and state ~= 'failed' and state ~= 'cancelled' then return false end
  if (filter.reason or filter.error) and state ~= 'failed' then return false end
  local of = rcall('HMGET', b .. id, 'finishedOn', 'fin', 'grp')
  if filter.endedAfter and (tonumber(of[1]) or 0) < filter.endedAfter then return false end
  if filter.reason then
    local at, how = string.match(of[2] or '', '^(%d+) (.*)$')
    if (at and at == of[1] and how or 'error') ~= filter.reason then return false end
  end
  if filter.error then
    local error = of[3] and folded_error(of[3])
    if not error or not string.find(error, filter.error, 1, true) then return false end
  end
  return true
end
local function matching_state(n, queue, id)
  if filter.queue and filter.queue ~= queue then return nil end
  local b = P .. queue .. ':'
  if wants_fields and not has_fields(b, id) then return nil end
  local state = state_of(queue, id)
  if not state then return nil end
  if filter.states and not string.find(filter.states, ' ' .. state .. ' ', 1, true) then return nil end
  if wants_end and not has_end(b, id, state) then return nil end
  return state
end
-- The jobs of a page that are read whole: not so many, or so large, that Redis does nothing else for long.
local jobs, bytes = {}, 0
local function is_full()
  return #jobs >= request.limit or #jobs >= 50 or bytes > 1000000
end
local function look_at(n, queue, id)
  local state = matching_state(n, queue, id)
  if not state then return end
  local flat = hash_of(queue, id, state)
  for _, text in ipairs(flat) do bytes = bytes + #text end
  jobs[#jobs + 1] = { n, queue, id, state, flat }
end
`,
  request,
  places,
  states,
)
