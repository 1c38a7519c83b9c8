import { notifyQueue, notifyTask } from '../domain/notification.js'
import type { ClaimRequest } from '../stores/store.js'
import type { TaskPool } from './pool/task-pool.js'

/**
 * How many deliveries of notifications a worker runs at a time: a receiver that never answers holds each for 10 s, and
 * each is a process of 60 MB. So a fifth of the
 * concurrency, and 2 at most.
 */
export function maxDeliveries(concurrency: number): number {
  return Math.min(2, Math.max(1, Math.floor(concurrency / 5)))
}

/** Keeps a worker at its number of deliveries: claims them apart from all other jobs. */
export class Deliveries {
  readonly #pool: Pick<TaskPool, 'known' | 'deliveries'>
  readonly #max: number
  #known: readonly string[] = []
  #others: readonly string[] = []
  #served: { readonly own: ClaimRequest['queues']; readonly whole: ClaimRequest['queues'] } | null = null

  constructor(pool: Pick<TaskPool, 'known' | 'deliveries'>, max: number) {
    this.#pool = pool
    this.#max = max
  }

  /**
   * The requests of one claim. One is enough for a worker that delivers nothing, or takes nothing but what is reserved
   * for it. Together they may find a job or two more than there is room for, which go back.
   */
  requests(request: Omit<ClaimRequest, 'tasks'>): readonly ClaimRequest[] {
    const { known } = this.#pool
    if (known !== this.#known) {
      this.#known = known
      this.#others = known.filter((task) => task !== notifyTask)
    }
    if (this.#others.length === known.length || request.queues?.shares.length === 0) {
      return [{ ...request, tasks: known }]
    }
    const others = { ...request, tasks: this.#others }
    const limit = Math.min(request.limit, this.#max - this.#pool.deliveries)
    return limit > 0 ? [{ ...request, queues: this.#queues(request), tasks: deliveriesOnly, limit }, others] : [others]
  }

  /** Every worker serves the queue of notifications beside its own. */
  #queues({ queues }: Pick<ClaimRequest, 'queues'>): ClaimRequest['queues'] {
    if (queues === null) return null
    if (queues === this.#served?.own) return this.#served.whole
    const whole = { ...queues, shares: [...queues.shares, { name: notifyQueue, weight: 1 }] }
    this.#served = { own: queues, whole }
    return whole
  }

  /** Whether as many run as may: others may wait behind them. */
  get areAtMost(): boolean {
    return this.#others.length < this.#known.length && this.#pool.deliveries >= this.#max
  }
}

// The store remembers a list by its identity.
const deliveriesOnly: readonly string[] = [notifyTask]
