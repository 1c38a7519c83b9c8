import type { Clock } from '../domain/clock.js'
import { leaseMs } from './store.js'

/** A worker's lease: until when, in the monotonic milliseconds of which boot. */
export interface LeaseTerm {
  readonly bootId: string | null
  readonly until: number
}

/**
 * A lease counts only in the boot that it was given in; further ahead than any lease reaches, it is from another one.
 */
export function leaseHolds(term: LeaseTerm, clock: Clock): boolean {
  const now = clock.monotonicMs()
  return term.bootId === clock.bootId && term.until > now && term.until <= now + leaseMs
}
