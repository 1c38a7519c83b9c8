import { lua } from '../script.js'
import { places } from './places.js'

/**
 * `adopt(queue, id)` gives a number to a job that somebody else has added, and answers it. Fields that only our scripts write
 * cannot be true in such a job: it loses them, and is marked, so that no worker of ours runs it.
 */
export const adopting = lua(
  `
local only_ours = ' o exp sn res key sched slot own c err fin by start due ran cancel grp void n refused '
local function adopt(queue, id)
  local key = P .. queue .. ':' .. id
  local forged = {}
  for _, name in ipairs(rcall('HKEYS', key)) do
    if string.find(only_ours, ' ' .. name .. ' ', 1, true) or string.find(name, '^[aeulf]%d+$') then forged[#forged + 1] = name end
  end
  if #forged > 0 then
    for _, name in ipairs(forged) do rcall('HDEL', key, name) end
    rcall('HSET', key, 'refused', 1)
  end
  local n = rcall('INCR', O .. 'id')
  rcall('HSET', bucket(n), n, queue .. ':' .. id)
  rcall('HSET', key, 'n', n)
  rcall('SADD', O .. 'queues', queue)
  rcall('HINCRBY', O .. 'enqueued', queue, 1)
  return n
end
`,
  places,
)
