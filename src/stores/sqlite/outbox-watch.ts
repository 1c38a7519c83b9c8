import type { Clock } from '../../domain/clock.js'

// Right after somebody asks, rows are likely: a transaction that writes one is about to be committed. A look takes 0.1 ms.
const soonMs = 1_000
const pollMs = { soon: 20, later: 500 } as const

interface Waiter {
  readonly until: number
  resolve(): void
}

/** Looks again and again whether a file has changed, often at first and then rarely, as long as somebody waits. */
export class OutboxWatch {
  readonly #hasChanged: () => boolean
  readonly #clock: Clock
  readonly #waiters = new Set<Waiter>()
  #soonUntil = 0
  #isPolling = false
  #isClosed = false
  #wake = new AbortController()

  constructor(hasChanged: () => boolean, clock: Clock) {
    this.#hasChanged = hasChanged
    this.#clock = clock
  }

  /** Resolves at a change, at the end of the time, or when this is closed. */
  next(waitMs: number): Promise<void> {
    const now = this.#clock.monotonicMs()
    this.#soonUntil = now + soonMs
    return new Promise((resolve) => {
      this.#waiters.add({ until: now + waitMs, resolve })
      this.#wake.abort()
      if (!this.#isPolling) void this.#poll()
    })
  }

  close(): void {
    this.#isClosed = true
    this.#wake.abort()
    this.#release(Number.POSITIVE_INFINITY)
  }

  async #poll(): Promise<void> {
    this.#isPolling = true
    while (this.#waiters.size > 0) {
      const now = this.#clock.monotonicMs()
      this.#release(this.#isClosed || this.#hasChanged() ? Number.POSITIVE_INFINITY : now)
      const next = Math.min(...[...this.#waiters].map(({ until }) => until))
      const limitMs = now < this.#soonUntil ? pollMs.soon : pollMs.later
      this.#wake = new AbortController()
      if (this.#waiters.size > 0) await this.#clock.sleep(Math.min(limitMs, next - now), this.#wake.signal)
    }
    this.#isPolling = false
  }

  /** Those whose time is over by then. */
  #release(by: number): void {
    for (const waiter of this.#waiters) {
      if (waiter.until > by) continue
      this.#waiters.delete(waiter)
      waiter.resolve()
    }
  }
}
