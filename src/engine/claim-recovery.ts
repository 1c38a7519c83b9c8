import type { Clock } from '../domain/clock.js'
import type { Job, WorkerId } from '../domain/job.js'
import { isNotificationKey } from '../domain/notification.js'
import type { Claim, ClaimRequest, JobReader, JobStore } from '../stores/store.js'
import { releasedUnstarted } from './attempts/outcome-of.js'

// More than all workers of a store run at a time.
const maxRunning = 100_000

/** The attempts that a worker has. */
export interface KnownAttempts {
  has(job: Job): boolean
}

/**
 * Claims, and hands back what runs in the store alone: what a claim has taken whose answer was lost, as with a store in another
 * process that died, and jobs that have ended, where a server came back without their ends. Nobody would run these jobs as
 * long as the worker lives.
 */
export class ClaimRecovery implements Pick<JobStore, 'claim' | 'claimsAtMost'> {
  readonly #store: Pick<JobStore & JobReader, 'claim' | 'claimsAtMost' | 'interruptions' | 'running' | 'settle'>
  readonly #attempts: KnownAttempts
  readonly #clock: Clock
  #mayHaveLost = false
  /** The interruptions of the store after which all was looked at. */
  #interruptions: number
  #handingBack: Promise<void> | null = null

  constructor(
    store: Pick<JobStore & JobReader, 'claim' | 'claimsAtMost' | 'interruptions' | 'running' | 'settle'>,
    attempts: KnownAttempts,
    clock: Clock,
  ) {
    this.#store = store
    this.#attempts = attempts
    this.#clock = clock
    this.#interruptions = interruptionsOf(store)
  }

  get claimsAtMost(): number {
    return this.#store.claimsAtMost ?? Number.POSITIVE_INFINITY
  }

  async claim(request: ClaimRequest): Promise<readonly Claim[]> {
    if (this.#mayHaveLost || interruptionsOf(this.#store) !== this.#interruptions) await this.#recover(request.worker)
    try {
      return await this.#store.claim(request)
    } catch (thrown) {
      this.#mayHaveLost = true
      throw thrown
    }
  }

  /** Claims of one turn share it: none may take a job before all have looked. */
  async #recover(worker: WorkerId): Promise<void> {
    this.#handingBack ??= this.#handBack(worker)
    try {
      await this.#handingBack
    } finally {
      this.#handingBack = null
    }
  }

  async #handBack(worker: WorkerId): Promise<void> {
    const interruptions = interruptionsOf(this.#store)
    const running = await this.#store.running(maxRunning)
    const lost = running.filter((job) => job.worker === worker && !this.#attempts.has(job))
    const outcome = releasedUnstarted(this.#clock.now())
    const leaseOf = ({ id, attempt, task, queue, key }: Job) => {
      return { job: id, attempt, worker, task, queue, isNotification: isNotificationKey(key) }
    }
    if (lost.length > 0) await this.#store.settle(lost.map((job) => ({ lease: leaseOf(job), outcome })))
    this.#mayHaveLost = false
    this.#interruptions = interruptions
  }
}

function interruptionsOf(store: Pick<JobStore, 'interruptions'>): number {
  return store.interruptions?.() ?? 0
}
