import type { EpochMs } from './job.js'

/** Time, passed in: wall time is what is stored, monotonic time is for leases and differences. */
export interface Clock {
  /** A whole number, as all times that are stored. */
  now(): EpochMs
  /** Milliseconds, with fractions, of a clock that nobody can set, the same for every process of this boot. */
  monotonicMs(): number
  /** Which boot `monotonicMs` counts from; null where the system does not tell. */
  readonly bootId: string | null
  /** Calls `run` once after `delayMs`, however long that is. Returns how to cancel it. */
  after(delayMs: number, run: () => void): () => void
  /** Resolves after `delayMs`, or as soon as the signal fires; 0 or less is the next turn of the event loop. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}
