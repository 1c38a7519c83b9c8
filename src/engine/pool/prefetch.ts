import type { Clock } from '../../domain/clock.js'

// A shorter span measures how messages are batched, not how fast jobs end.
const minSpanMs = 5

/**
 * Measures how fast this worker ends jobs, and so how many to claim ahead: as many as start within `aheadMs`. With slow
 * tasks it claims none ahead and leaves them to other workers.
 */
export class Prefetch {
  readonly #clock: Clock
  readonly #aheadMs: number
  readonly #maxAhead: number
  #perMs = 0
  #ended = 0
  /** null while there is no work: idle time must not lower the measured speed. */
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
    // Rises at once, falls half the way: waiting for the next claim costs more than giving some jobs back.
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
