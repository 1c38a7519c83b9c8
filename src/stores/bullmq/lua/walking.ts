import { lua } from '../script.js'
import { request } from './places.js'

/**
 * `walk_line(key, is_list, cursor, visit)` visits the jobs of a line from `cursor` on: `{ score, how many of that score }`, or
 * the index in a list. Answers where to go on, or nil at the end. A place by score stays right while jobs in front of it go.
 */
export const walking = lua(
  `
local function walk_line(key, is_list, cursor, visit)
  if is_list then
    local from = cursor and tonumber(cursor[2]) or 0
    local some = rcall('LRANGE', key, from, from + 999)
    for _, id in ipairs(some) do visit(id) end
    return #some == 1000 and { '-', from + 1000 } or nil
  end
  local score, skip = cursor and cursor[1] or '-inf', cursor and tonumber(cursor[2]) or 0
  local some = rcall('ZRANGEBYSCORE', key, score, '+inf', 'WITHSCORES', 'LIMIT', skip, 1000)
  for index = 1, #some, 2 do
    if some[index + 1] ~= score then score = some[index + 1]; skip = 0 end
    skip = skip + 1
    visit(some[index])
  end
  return #some == 2000 and { score, skip } or nil
end
`,
  request,
)
