import type { Clock } from '../../domain/clock.js'
import type { TaskPool } from './task-pool.js'

/** Recalls waiting jobs from a task process where no job ends, so that other workers can run them. */
export class StallDetector {
  readonly #pool: Pick<TaskPool, 'buffered' | 'recall'>
  readonly #clock: Clock
  readonly #aheadMs: number
  readonly #stalled: () => void
  #cancelLook: (() => void) | null = null

  /** A waiting job should start within `aheadMs`. After twice that time recalls it and calls `stalled`. */
  constructor(pool: Pick<TaskPool, 'buffered' | 'recall'>, clock: Clock, aheadMs: number, stalled: () => void) {
    this.#pool = pool
    this.#clock = clock
    this.#aheadMs = aheadMs
    this.#stalled = stalled
  }

  /** Jobs have been handed over. */
  watch(): void {
    if (this.#cancelLook !== null || this.#pool.buffered === 0) return
    this.#cancelLook = this.#clock.after(this.#aheadMs, () => {
      // First read what has arrived: a long commit delays the messages, not the jobs.
      setImmediate(() => setImmediate(() => this.#check()))
    })
  }

  #check(): void {
    this.#cancelLook = null
    if (this.#pool.recall(2 * this.#aheadMs)) this.#stalled()
    this.watch()
  }

  stop(): void {
    this.#cancelLook?.()
  }
}
