import { lua } from '../script.js'
import { cancelling } from './ends.js'
import { members } from './members.js'
import { places, request, states } from './places.js'

/** Which jobs a prune may remove: those of a state that ended at a time at the latest, and hold no unique key. */
export const prunable = lua(
  `
local function ended_key(queue, state)
  return state == 'cancelled' and O .. 'cancelled:' .. queue or P .. queue .. ':' .. state
end
local function is_prunable(n, queue, id)
  if state_of(queue, id) ~= request.state then return false end
  local of = rcall('HMGET', P .. queue .. ':' .. id, 'finishedOn', 'key', 'n', 'own')
  local ended = tonumber(of[1])
  -- What others have added and run is theirs to remove.
  if of[3] and not of[4] then return false end
  if not ended or ended > request.before or (request.after and ended <= request.after) then return false end
  return not of[2] or key_holder(of[2], request.now) ~= n
end
`,
  request,
  places,
  states,
  members,
  cancelling,
)
