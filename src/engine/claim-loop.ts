import { isTemporary } from '../domain/errors.js'
import type { WorkerId } from '../domain/job.js'
import type { QueueChoice } from '../domain/queues.js'
import type { Claim, JobStore } from '../stores/store.js'
import type { Deliveries } from './deliveries.js'
import type { EngineEmitter } from './events.js'
import type { Prefetch } from './pool/prefetch.js'
import type { TaskPool } from './pool/task-pool.js'

/** Claims jobs while the pool has room for them, one claim at a time. */
export class ClaimLoop {
  /** The worker that claims. */
  worker: WorkerId
  readonly #store: Pick<JobStore, 'claim' | 'claimsAtMost'>
  readonly #pool: TaskPool
  readonly #prefetch: Prefetch
  readonly #events: EngineEmitter
  readonly #queues: QueueChoice
  readonly #deliveries: Deliveries
  readonly #claimed: (claims: readonly Claim[]) => void
  #running: Promise<void> | null = null
  #mayFindMore = true
  #isAskedAgain = false
  #isClosed = false

  /** `claimed` gets the jobs of each claim, even an empty list, before the claim resolves. */
  constructor(
    store: Pick<JobStore, 'claim' | 'claimsAtMost'>,
    pool: TaskPool,
    prefetch: Prefetch,
    events: EngineEmitter,
    queues: QueueChoice,
    deliveries: Deliveries,
    worker: WorkerId,
    claimed: (claims: readonly Claim[]) => void,
  ) {
    this.#store = store
    this.#pool = pool
    this.#prefetch = prefetch
    this.#events = events
    this.#queues = queues
    this.#deliveries = deliveries
    this.worker = worker
    this.#claimed = claimed
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /** False if the last claim left nothing behind: then only a change of the store brings more. */
  get mayFindMore(): boolean {
    return this.#mayFindMore
  }

  /**
   * Claims as many jobs as there is room for. Resolves to how many it claimed. A call during another claim waits for
   * that claim and resolves to 0.
   */
  async claim(): Promise<number> {
    if (this.#running !== null) {
      this.#isAskedAgain = true
      await this.#running
      return 0
    }
    const { ahead } = this.#prefetch
    const room = !this.#isClosed && this.#pool.needsJobs(ahead) ? this.#pool.room(ahead) : 0
    const limit = Math.min(room, this.#store.claimsAtMost ?? room)
    this.#mayFindMore = true
    this.#isAskedAgain = false
    if (limit <= 0) return 0
    let taken = 0
    // In one turn: they share a transaction with what ends.
    const requests = this.#deliveries.requests({ worker: this.worker, queues: this.#queues, limit })
    this.#running = Promise.all(requests.map((request) => this.#store.claim(request))).then((found) => {
      const claims = found.flat()
      taken = claims.length
      this.#claimed(claims)
    })
    try {
      await this.#running
    } finally {
      this.#running = null
    }
    const isFull = taken >= limit
    this.#mayFindMore = isFull || this.#isAskedAgain || this.#deliveries.areAtMost
    // Slots that became free, and jobs that were stored, during this claim did not start another one. What waits behind
    // deliveries is claimed when one of them ends.
    if (isFull || this.#isAskedAgain) this.claimSoon()
    return taken
  }

  /** Starts a claim if there is room, without waiting for it. */
  claimSoon(): void {
    this.claim().catch((thrown: unknown) => {
      if (isTemporary(thrown)) this.#events.emit('store.unavailable', { error: thrown })
      else this.#events.emit('service.failed', { service: 'runner', error: thrown })
    })
  }

  /** Stops claiming. Resolves when the running claim has ended. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#running?.catch(() => {})
  }
}
