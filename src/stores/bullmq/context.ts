import type { Clock } from '../../domain/clock.js'
import type { NotificationPolicy } from '../../domain/notification.js'
import type { Calls } from './calls.js'

/** What the operations of an open store share. */
export interface Context {
  readonly calls: Calls
  readonly clock: Clock
  /** The clock of the leases, in milliseconds; null: that of Redis, which all workers share. */
  readonly leaseClock: (() => number) | null
  readonly notificationOf: NotificationPolicy | null
  /** The target that a schedule names for the failures of its jobs. */
  notifyOfSchedule(name: string): Promise<string | false | null>
  /** Fails waiting jobs that have expired. */
  bury(numbers: readonly number[]): Promise<void>
}

/** The lease clock of a request, where Redis' own is not to be taken. */
export function leaseNowOf({ leaseClock }: Context): { readonly leaseNow?: number } {
  return leaseClock === null ? {} : { leaseNow: leaseClock() }
}
