import { leases } from './lua/places.js'
import { script } from './script.js'

/** After an outage that was shorter, every lease still holds, in milliseconds. */
export const shortOutageMs = 10_000

/**
 * Leases stand still while nobody reaches Redis: nobody could take a job meanwhile. Puts off each lease that held when the
 * outage began, unless some worker has beaten since: then it was only this client that was cut off, or another one was first.
 */
export const standStillScript = script(
  'stand-still',
  `
local began = lease_now() - request.outageMs
local latest = rcall('ZREVRANGE', O .. 'leases', 0, 0, 'WITHSCORES')[2]
if not latest or tonumber(latest) - request.leaseMs > began + 1000 then return 'held' end
local all = rcall('ZRANGE', O .. 'leases', 0, -1, 'WITHSCORES')
for index = 1, #all, 2 do
  if tonumber(all[index + 1]) > began then rcall('ZADD', O .. 'leases', all[index + 1] + request.outageMs, all[index]) end
end
return 'put off'`,
  leases,
)
