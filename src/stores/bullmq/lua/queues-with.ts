import { lua } from '../script.js'
import { keys } from './places.js'

/**
 * The queues that have a key of some name, such as `delayed`, and maybe a few others. Of thousands of queues most have none: to
 * look into each takes Redis a tenth of a second.
 */
export const queuesWith = lua(
  `
local function queues_with(part)
  local names = rcall('SMEMBERS', O .. 'queues')
  local keys, found = {}, {}
  for index, name in ipairs(names) do keys[index] = P .. name .. ':' .. part end
  local function look(first, last)
    local size = last - first + 1
    -- To ask for each of so many costs as much as to look into it.
    local count = size <= 8 and size or rcall('EXISTS', unpack(keys, first, last))
    if count == 0 then return end
    if count * 4 >= size then
      for index = first, last do found[#found + 1] = names[index] end
      return
    end
    local middle = math.floor((first + last) / 2)
    look(first, middle)
    look(middle + 1, last)
  end
  for first = 1, #names, 1000 do look(first, math.min(first + 999, #names)) end
  return found
end
`,
  keys,
)
