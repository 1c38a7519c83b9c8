import { bull } from '../bullmq-functions.js'
import { lua } from '../script.js'
import { cancelling } from './ends.js'
import { guarding } from './guarding.js'
import { places } from './places.js'
import { failures } from './statistics.js'

/** Removes jobs that have ended, with all that is kept of them. */
export const removing = lua(
  `
local function holds_key(n, key, at)
  if not key then return false end
  local holder = key_holder(key, at)
  return holder == n
end
local function remove_job(n, queue, id)
  local b = P .. queue .. ':'
  local of = rcall('HMGET', b .. id, 'key', 'grp')
  bull_removeJob({ b .. id, b .. 'repeat' }, { id, '0', b })
  rcall('ZREM', O .. 'cancelled:' .. queue, id)
  rcall('ZREM', O .. 'ready:' .. queue, id)
  rcall('HDEL', bucket(n), n)
  rcall('HDEL', digests(n), n)
  if of[1] then
    local taken = rcall('HGET', O .. 'keys', of[1])
    if taken and tonumber(string.match(taken, '^%d+')) == n then rcall('HDEL', O .. 'keys', of[1]) end
  end
  if of[2] then leave_group(of[2]) end
end
`,
  places,
  guarding,
  cancelling,
  failures,
  bull.removeJob,
)
