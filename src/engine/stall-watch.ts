import type { TaskPool } from './pool/task-pool.js'

/** While jobs wait in the task processes: takes them back, for other workers, from one where nothing ends. */
export class StallWatch {
  readonly #pool: TaskPool
  readonly #aheadMs: number
  readonly #stalled: () => void
  #timer: NodeJS.Timeout | null = null

  /** Within `aheadMs` what waits is meant to begin; after twice that it is taken back, and `stalled` is called. */
  constructor(pool: TaskPool, aheadMs: number, stalled: () => void) {
    this.#pool = pool
    this.#aheadMs = aheadMs
    this.#stalled = stalled
  }

  /** Jobs have been handed over. */
  watch(): void {
    if (this.#timer !== null || this.#pool.buffered === 0) return
    this.#timer = setTimeout(() => {
      // After what has arrived is read: a long commit holds up what was sent, and not the jobs.
      setImmediate(() => setImmediate(() => this.#look()))
    }, this.#aheadMs)
  }

  #look(): void {
    this.#timer = null
    if (this.#pool.recall(2 * this.#aheadMs)) this.#stalled()
    this.watch()
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
  }
}
