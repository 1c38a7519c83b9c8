import { lua } from '../script.js'
import { cancelling, ends } from './ends.js'
import { failures, statistics } from './statistics.js'

/** Fails waiting jobs that never ran, and counts them. */
export const burying = lua(
  `
local function bury_job(n, queue, id, at, burial)
  local b = P .. queue .. ':'
  if not fail_waiting(n, queue, id, at, 'failed', burial.reason, burial.text, burial.slotEnd) then return false end
  rcall('HSET', b .. id, 'err', burial.error)
  local of = rcall('HMGET', b .. id, 'sn', 'name')
  count_end(queue, of[1] or of[2], at, burial.count)
  add_failure(n, queue, id, of[1] or of[2], burial.group, at)
  return true
end
`,
  ends,
  cancelling,
  failures,
  statistics,
)
