import type { Clock } from '../../domain/clock.js'
import type { WorkerId } from '../../domain/job.js'
import type { StoreLocation } from '../../open.js'
import type { Store } from '../../stores/store.js'
import { seenWorkers } from '../../views/worker.js'
import { prometheusMetrics } from '../metrics/prometheus-metrics.js'
import type { WorkerEvent } from './run-worker.js'

/** Opens an endpoint that answers questions about a worker. Throws UsageError if the address cannot be had. */
export type OpenEndpoint = (probe: WorkerProbe) => Promise<Endpoint>

export interface Endpoint {
  readonly url: string
  /** Ends what is under way too: an ending worker waits for nobody. */
  close(): Promise<void>
}

// The loops of a worker try again within a second or two.
const refusalCountsMs = 3_000

/** What others may ask about a running worker. It listens to the worker's events. */
export class WorkerProbe {
  readonly #store: Store
  readonly #location: StoreLocation
  readonly #version: string
  readonly #clock: Clock
  #worker: WorkerId | null = null
  #phase: 'starting' | 'ready' | 'stopping' = 'starting'
  /** When the store last refused a call of the worker, by the monotonic clock. */
  #refusedAt = Number.NEGATIVE_INFINITY

  constructor(store: Store, location: StoreLocation, version: string, clock: Clock) {
    this.#store = store
    this.#location = location
    this.#version = version
    this.#clock = clock
  }

  observe(event: WorkerEvent): void {
    switch (event.kind) {
      case 'registered':
        event.engine.on('worker.evicted', ({ next }) => {
          this.#worker = next
        })
        event.engine.on('store.unavailable', () => {
          this.#refusedAt = this.#clock.monotonicMs()
        })
        return
      case 'ready':
        this.#worker = event.worker
        this.#phase = 'ready'
        return
      case 'stopping':
        this.#phase = 'stopping'
    }
  }

  /** Why the worker does not claim jobs, as far as it knows itself; null if it claims. */
  get whyNotClaiming(): string | null {
    if (this.#phase !== 'ready') return this.#phase === 'starting' ? 'the worker starts' : 'the worker stops'
    const isRefused = this.#clock.monotonicMs() - this.#refusedAt < refusalCountsMs
    return isRefused ? 'the store refuses what the worker asks of it' : null
  }

  /** Why the worker counts as dead to others; null if it beats. Rejects if the store does not answer. */
  async whyNotAlive(): Promise<string | null> {
    if (this.#worker === null) return null
    const own = (await this.#store.workers()).filter(({ id }) => id === this.#worker)
    const [seen] = seenWorkers(own, this.#clock.now())
    if (seen?.standing === 'alive') return null
    return seen?.standing === 'silent' ? 'the worker has not beaten for a while' : 'the lease of the worker is over'
  }

  /** In the text format of Prometheus. Rejects if the store does not answer. */
  metrics(): Promise<string> {
    return prometheusMetrics(this.#store, this.#location, this.#version, this.#clock)
  }
}
