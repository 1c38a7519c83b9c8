import type { MonitorWish } from '../app/monitor/monitor-data.js'
import type { MonitoredStore } from '../app/monitor/monitored-store.js'
import { OffstageError } from '../domain/errors.js'
import { systemClock } from '../engine/clock.js'
import type { Event } from './model/update.js'

// Looks may take this part of a processor: a store that takes long to read is read less often.
const maxShare = 0.04
const maxPauseMs = 15_000

/** Looks at the store again and again, never twice at one time. */
export class Poll {
  readonly #store: MonitoredStore
  readonly #intervalMs: number
  readonly #wish: () => MonitorWish
  readonly #emit: (event: Event) => void
  readonly #over = new AbortController()
  #wake = new AbortController()

  constructor(store: MonitoredStore, intervalMs: number, wish: () => MonitorWish, emit: (event: Event) => void) {
    this.#store = store
    this.#intervalMs = intervalMs
    this.#wish = wish
    this.#emit = emit
  }

  /** Looks until `stop`. */
  async run(): Promise<void> {
    while (!this.#over.signal.aborted) {
      this.#wake = new AbortController()
      const before = process.cpuUsage()
      await this.#look()
      const { user, system } = process.cpuUsage(before)
      const pauseMs = Math.max(this.#intervalMs, Math.min(maxPauseMs, (user + system) / 1_000 / maxShare))
      // Whoever sees a picture knows how old it may become. Small changes are not worth a new one.
      const isLong = pauseMs > 2 * this.#intervalMs
      this.#emit({ type: 'paused', ms: isLong ? Math.ceil(pauseMs / 1_000) * 1_000 : this.#intervalMs })
      await systemClock.sleep(pauseMs, AbortSignal.any([this.#wake.signal, this.#over.signal]))
    }
    await this.#store.close()
  }

  /** Looks at once, because something else is to be seen. */
  lookNow(): void {
    this.#wake.abort()
  }

  stop(): void {
    this.#over.abort()
  }

  async #look(): Promise<void> {
    try {
      this.#emit({ type: 'read', data: await this.#store.read(this.#wish()) })
    } catch (thrown) {
      if (!(thrown instanceof OffstageError)) throw thrown
      this.#emit({ type: 'unread', reason: thrown.message, at: systemClock.now() })
    }
  }
}
