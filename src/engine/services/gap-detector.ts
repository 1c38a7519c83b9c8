import type { Clock } from '../../domain/clock.js'
import { formatDuration } from '../../domain/duration.js'
import type { EpochMs } from '../../domain/job.js'
import { onTimeMs } from '../../domain/schedule/schedule.js'

/** Remembers when a scheduler last checked the slots, to explain why a check is late. */
export class GapDetector {
  readonly #clock: Clock
  #wall: EpochMs | null = null
  /** null if an earlier scheduler made the last check. */
  #monotonicMs: number | null = null
  /** What kept the checks since then from being made; null: nothing did. */
  #failure: string | null = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Sets when an earlier scheduler last checked; null if there was none. */
  takeOver(before: EpochMs | null): void {
    if (this.#monotonicMs === null) this.#wall = before
  }

  /** Records both clocks as they were at the start of a check. */
  looked(now: EpochMs, monotonicMs: number): void {
    this.#wall = now
    this.#monotonicMs = monotonicMs
    this.#failure = null
  }

  /** Records that a check could not be made, since the store refused. */
  failed(why: string): void {
    this.#failure ??= why
  }

  /**
   * How far the wall clock was set since the last check; negative if back. Rounded to seconds: the two clocks are read
   * one after the other, and a day would become a day less a millisecond.
   */
  jumpMs(now: EpochMs): number {
    if (this.#wall === null || this.#monotonicMs === null) return 0
    const movedMs = now - this.#wall - (this.#clock.monotonicMs() - this.#monotonicMs)
    return Math.round(movedMs / 1_000) * 1_000
  }

  /** Why slots are late by now. `decidedUntil`: when they were decided last, by any scheduler. */
  reason(now: EpochMs, decidedUntil: EpochMs): string {
    const jumpMs = this.jumpMs(now)
    // The clock was set or the machine slept: this process ran all the time.
    if (jumpMs > onTimeMs) return `the clock went forth by ${formatDuration(jumpMs)}, from ${iso(now - jumpMs)}`
    const wall = this.#wall === null || this.#wall > now ? decidedUntil : this.#wall
    const absence = `from ${iso(Math.min(now, Math.max(wall, decidedUntil)))} to ${iso(now)}`
    if (this.#failure !== null) return `the store could not be used ${absence}: ${this.#failure}`
    if (this.#monotonicMs === null) return `no scheduler was at work ${absence}`
    return `the scheduler was stopped or too busy ${absence}`
  }
}

function iso(time: EpochMs): string {
  return new Date(time).toISOString()
}
