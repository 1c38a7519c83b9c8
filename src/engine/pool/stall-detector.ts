import type { Clock } from '../../domain/clock.js'
import { setImmediate } from '../../real-timers.js'
import type { TaskPool } from './task-pool.js'

/**
 * Looks after task processes that may be blocked: another process is started, and the jobs that wait in a process where
 * none ends are recalled, so that other workers can run them too.
 */
export class StallDetector {
  readonly #pool: Pick<TaskPool, 'mayStall' | 'recall' | 'relieve'>
  readonly #clock: Clock
  readonly #aheadMs: number
  readonly #stalled: () => void
  #cancelLook: (() => void) | null = null

  /** A waiting job should start within `aheadMs`. After twice that time recalls it and calls `stalled`. */
  constructor(
    pool: Pick<TaskPool, 'mayStall' | 'recall' | 'relieve'>,
    clock: Clock,
    aheadMs: number,
    stalled: () => void,
  ) {
    this.#pool = pool
    this.#clock = clock
    this.#aheadMs = aheadMs
    this.#stalled = stalled
  }

  /** Jobs have been handed over. */
  watch(): void {
    if (this.#cancelLook !== null || !this.#pool.mayStall) return
    this.#cancelLook = this.#clock.after(this.#aheadMs, () => {
      // First read what has arrived: a long commit delays the messages, not the jobs.
      setImmediate(() => setImmediate(() => this.#check()))
    })
  }

  #check(): void {
    this.#cancelLook = null
    this.#pool.relieve()
    if (this.#pool.recall(2 * this.#aheadMs)) this.#stalled()
    this.watch()
  }

  stop(): void {
    this.#cancelLook?.()
  }
}
