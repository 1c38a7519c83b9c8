import { isTemporary } from '../domain/errors.js'
import type { WorkerId } from '../domain/job.js'
import type { QueueChoice } from '../domain/queues.js'
import type { Claim, ClaimRequest, JobStore } from '../stores/store.js'
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

  /** `claimed` gets the jobs of each part of a claim, even an empty list, before the claim resolves. */
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
    const limit = !this.#isClosed && this.#pool.needsJobs(ahead) ? this.#pool.room(ahead) : 0
    this.#mayFindMore = true
    this.#isAskedAgain = false
    if (limit <= 0) return 0
    let taken = 0
    // In one turn: they share a transaction with what ends.
    const requests = this.#deliveries.requests({ worker: this.worker, queues: this.#queues, limit })
    const parts = requests.flatMap((request) => this.#parts(request))
    const claimPart = async (part: ClaimRequest) => {
      const claims = await this.#store.claim(part)
      taken += claims.length
      this.#claimed(claims)
    }
    this.#running = Promise.allSettled(parts.map(claimPart)).then((all) => {
      const failed = all.find((one) => one.status === 'rejected')
      if (failed !== undefined) throw failed.reason
    })
    try {
      await this.#running
    } finally {
      this.#running = null
    }
    // Parts that were asked for together may have left to each other what none of them took.
    const isFull = taken >= limit || (taken > 0 && parts.length > requests.length)
    this.#mayFindMore = isFull || this.#isAskedAgain || this.#deliveries.areAtMost
    // Slots that became free, and jobs that were stored, during this claim did not start another one. What waits behind
    // deliveries is claimed when one of them ends.
    if (isFull || this.#isAskedAgain) this.claimSoon()
    return taken
  }

  /** As many claims as the store asks for: it starts the jobs of one while those of another are handed over. */
  #parts(request: ClaimRequest): readonly ClaimRequest[] {
    const most = Math.min(this.#store.claimsAtMost ?? request.limit, request.limit)
    const count = Math.ceil(request.limit / most)
    return Array.from({ length: count }, (_, index) => ({
      ...request,
      limit: Math.min(most, request.limit - index * most),
    }))
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
