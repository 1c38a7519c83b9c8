import type { EpochMs } from './job.js'

/** Time, passed in. Wall time is stored; monotonic time is for leases and differences. */
export interface Clock {
  /** A whole number, as all times that are stored. */
  now(): EpochMs
  /** Milliseconds, with fractions, of a clock that no user can set. All processes of this boot read the same. */
  monotonicMs(): number
  /** The boot that `monotonicMs` counts from; null if the system cannot say. */
  readonly bootId: string | null
  /** Calls `run` once after `delayMs`, however long that is. Returns how to cancel it. */
  after(delayMs: number, run: () => void): () => void
  /** Resolves after `delayMs`, or as soon as the signal fires; 0 or less is the next turn of the event loop. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}
