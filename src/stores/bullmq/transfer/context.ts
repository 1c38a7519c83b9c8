import type { Clock } from '../../../domain/clock.js'
import { Calls } from '../calls.js'
import type { RedisConnection } from '../connection.js'
import type { Context } from '../context.js'
import type { RedisLocation } from '../location.js'

/** What the operations of a move share with those of a store. */
export function transferContext(connection: RedisConnection, { prefix }: RedisLocation, clock: Clock): Context {
  return {
    calls: new Calls(connection, prefix),
    clock,
    leaseClock: null,
    notificationOf: null,
    notifyOfSchedule: async () => null,
    bury: async () => {},
  }
}
