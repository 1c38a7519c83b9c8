import type { EpochMs } from './job.js'

/** Time, passed in: wall time is what is stored, monotonic time is for leases and differences. */
export interface Clock {
  /** A whole number, as all times that are stored. */
  now(): EpochMs
  /** Whole milliseconds of a clock that nobody can set, the same for every process of this boot. */
  monotonicMs(): number
  /** Which boot `monotonicMs` counts from; null where the system does not tell. */
  readonly bootId: string | null
}
