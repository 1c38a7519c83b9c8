import type { Clock } from '../../domain/clock.js'
import { formatDuration } from '../../domain/duration.js'
import type { EpochMs } from '../../domain/job.js'
import { onTimeMs } from '../../domain/schedule/schedule.js'

/** Remembers when slots were last looked at, and so knows why a look came late. */
export class GapDetector {
  readonly #clock: Clock
  #wall: EpochMs | null = null
  /** null: the last look was that of a scheduler before this one. */
  #monotonicMs: number | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** When a scheduler before this one was there last; null if there was none. */
  takeOver(before: EpochMs | null): void {
    if (this.#monotonicMs === null) this.#wall = before
  }

  /** Both clocks as they were when the look began. */
  looked(now: EpochMs, monotonicMs: number): void {
    this.#wall = now
    this.#monotonicMs = monotonicMs
  }

  /**
   * By how much the clock on the wall has moved on its own since the last look: below 0, it was set back. In whole
   * seconds: two clocks are read one after the other, and what was a day would come out as a millisecond less.
   */
  jumpMs(now: EpochMs): number {
    if (this.#wall === null || this.#monotonicMs === null) return 0
    const movedMs = now - this.#wall - (this.#clock.monotonicMs() - this.#monotonicMs)
    return Math.round(movedMs / 1_000) * 1_000
  }

  /** Why slots are late by now. */
  reason(now: EpochMs): string {
    if (this.#wall === null) return `no scheduler was at work until ${iso(now)}`
    const jumpMs = this.jumpMs(now)
    // Set by somebody, or the machine slept: this very process was there all the time.
    if (jumpMs > onTimeMs) return `the clock went forth by ${formatDuration(jumpMs)}, from ${iso(now - jumpMs)}`
    return `no scheduler was at work from ${iso(this.#wall)} to ${iso(now)}`
  }
}

function iso(time: EpochMs): string {
  return new Date(time).toISOString()
}
