import type { Clock } from '../../domain/clock.js'

// Shorter spans say more about how messages are bundled than about jobs.
const minSpanMs = 5

/**
 * How fast this worker ends jobs, from which follows how many are claimed ahead: as many as begin within `aheadMs`.
 * Slow tasks leave nothing to claim ahead, and their jobs to other workers.
 */
export class Prefetch {
  readonly #clock: Clock
  readonly #aheadMs: number
  readonly #maxAhead: number
  #perMs = 0
  #ended = 0
  /** null: there is nothing to do, which says nothing about the jobs. */
  #since: number | null = null

  constructor(clock: Clock, aheadMs: number, maxAhead: number) {
    this.#clock = clock
    this.#aheadMs = aheadMs
    this.#maxAhead = maxAhead
  }

  get ahead(): number {
    return Math.min(this.#maxAhead, Math.floor(this.#perMs * this.#aheadMs))
  }

  /** There is work. */
  resume(): void {
    this.#since ??= this.#clock.monotonicMs()
  }

  /** There is no more work. */
  pause(): void {
    this.#ended = 0
    this.#since = null
  }

  ended(jobs: number): void {
    this.#ended += jobs
    const spanMs = this.#since === null ? 0 : this.#clock.monotonicMs() - this.#since
    if (spanMs < minSpanMs) return
    const measured = this.#ended / spanMs
    // Faster is believed at once and slower soon: waiting for the next claim costs more than giving some back.
    this.#perMs = measured > this.#perMs ? measured : (this.#perMs + measured) / 2
    this.#restart()
  }

  /** Jobs that were claimed ahead have not started in time. */
  stalled(): void {
    this.#perMs = 0
    this.#restart()
  }

  #restart(): void {
    this.#ended = 0
    this.#since = this.#clock.monotonicMs()
  }
}
