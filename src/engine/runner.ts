import type { Clock } from '../domain/clock.js'
import { StoreUnavailableError } from '../domain/errors.js'
import type { JobId, WorkerId } from '../domain/job.js'
import type { Outcome } from '../domain/outcome.js'
import type { Claim, JobStore } from '../stores/store.js'
import type { EngineEmitter } from './events.js'
import type { TaskPool } from './executors/task-pool.js'
import type { Death } from './executors/task-process.js'
import { type InFlight, outcomeOf, outcomeOfDeath, released, unstarted } from './in-flight.js'
import type { AttemptEnd, StopReason } from './protocol.js'
import { after } from './timer.js'

/** From the signal to the end of the process, for a job that does not heed it. */
export const stopGraceMs = 5_000

const settleAgainMs = 500

export interface RunnerSettings {
  /** null: every queue; an empty list: only jobs reserved for this worker. */
  readonly queues: readonly string[] | null
  readonly concurrency: number
}

interface End {
  readonly entry: InFlight
  readonly outcome: Outcome
}

/**
 * The claim loop: takes jobs while there is room, hands them to the task process, and settles what comes back. A place
 * is free as soon as its job has ended, not when that is stored: the end and the next claim share a commit.
 */
export class Runner {
  readonly #store: JobStore
  readonly #pool: TaskPool
  readonly #clock: Clock
  readonly #events: EngineEmitter
  readonly #settings: RunnerSettings
  readonly #inFlight = new Map<JobId, InFlight>()
  readonly #settling = new Set<Promise<void>>()
  readonly #idleWaiters = new Set<() => void>()
  #worker: WorkerId
  #claiming: Promise<void> | null = null
  #open = true

  constructor(
    store: JobStore,
    pool: TaskPool,
    clock: Clock,
    events: EngineEmitter,
    worker: WorkerId,
    settings: RunnerSettings,
  ) {
    this.#store = store
    this.#pool = pool
    this.#clock = clock
    this.#events = events
    this.#worker = worker
    this.#settings = settings
  }

  get busy(): boolean {
    return this.#inFlight.size > 0 || this.#settling.size > 0
  }

  get running(): number {
    return this.#inFlight.size
  }

  /**
   * Claims as much as there is room for, now. Resolves to how many jobs were taken; called while a claim is under way,
   * it takes part in that one.
   */
  async claim(): Promise<number> {
    if (this.#claiming !== null) {
      await this.#claiming
      return 0
    }
    const limit = this.#settings.concurrency - this.#inFlight.size
    if (!this.#open || !this.#pool.ready || limit <= 0) return 0
    let taken = 0
    this.#claiming = this.#store
      .claim({ worker: this.#worker, queues: this.#settings.queues, limit })
      .then((claims) => {
        taken = claims.length
        this.#handOver(claims)
      })
    try {
      await this.#claiming
    } finally {
      this.#claiming = null
    }
    // Places that became free meanwhile saw a claim under way and left it to this one.
    if (taken === limit && this.#inFlight.size < this.#settings.concurrency) this.claimSoon()
    return taken
  }

  /** Claims if there is room, without making anybody wait for it. */
  claimSoon(): void {
    if (this.#open) this.claim().catch((thrown: unknown) => this.#tell(thrown))
  }

  /** Takes no more jobs; resolves when the last one has ended and is stored. */
  async drain(): Promise<void> {
    this.#open = false
    await this.#claiming?.catch(() => {})
    while (this.busy) await new Promise<void>((resolve) => this.#idleWaiters.add(resolve))
  }

  /** Asks all running jobs to stop for a shutdown. */
  askToStop(): void {
    for (const [id, { claim, stopping }] of this.#inFlight) {
      // One that was told before ends as what it was told for.
      if (stopping === null) this.#ask(id, claim.lease.attempt, 'shutdown')
    }
  }

  /** Asks one running job to stop, and kills the task process if it does not within the grace. */
  stop(id: JobId, reason: StopReason): void {
    const entry = this.#inFlight.get(id)
    if (entry === undefined || entry.stopping === 'cancelled') return
    entry.cancelTimer()
    this.#ask(id, entry.claim.lease.attempt, reason)
    entry.cancelTimer = after(stopGraceMs, () => void this.#pool.kill())
  }

  /** The attempts of the old id are lost, whatever becomes of them: forgets them and goes on as another worker. */
  continueAs(worker: WorkerId): void {
    for (const entry of this.#inFlight.values()) {
      entry.cancelTimer()
      this.#events.emit('attempt.refused', entry.claim.lease.job, entry.claim.lease.attempt)
    }
    this.#inFlight.clear()
    this.#worker = worker
    this.#tellIdle()
  }

  /** Jobs ended in the task process. */
  ended(ends: readonly AttemptEnd[]): void {
    const settled: End[] = []
    for (const { id, attempt, report } of ends) {
      const entry = this.#inFlight.get(id)
      if (entry?.claim.lease.attempt !== attempt) continue
      settled.push({ entry, outcome: outcomeOf(entry, report) })
    }
    this.#settle(settled)
    this.claimSoon()
  }

  /** The task process died: the jobs in it are lost, or what ended them on purpose is what they end as. */
  died(death: Death): void {
    const now = this.#clock.now()
    const entries = [...this.#inFlight.values()]
    const alone = entries.length === 1
    this.#settle(entries.map((entry) => ({ entry, outcome: outcomeOfDeath(entry, death, alone, now) })))
  }

  /** Gives back everything that has not ended. The task process must be gone. */
  release(): void {
    const endedAt = this.#clock.now()
    this.#settle([...this.#inFlight.values()].map((entry) => ({ entry, outcome: released(entry, endedAt) })))
  }

  #handOver(claims: readonly Claim[]): void {
    if (claims.length === 0) return
    for (const claim of claims) {
      const { id, timeoutMs } = claim.job
      const cancelTimer = timeoutMs === null ? () => {} : after(timeoutMs, () => this.stop(id, 'timeout'))
      this.#inFlight.set(id, { claim, handedOverAt: this.#clock.now(), stopping: null, cancelTimer })
    }
    // The process may have died, or the worker been told to stop, while the claim was on its way.
    if (this.#pool.ready && this.#open) this.#pool.run(claims)
    else this.#giveBack(claims)
  }

  #giveBack(claims: readonly Claim[]): void {
    const entries = claims.map(({ job }) => this.#inFlight.get(job.id)).filter((entry) => entry !== undefined)
    const outcome = unstarted(this.#clock.now())
    this.#settle(entries.map((entry) => ({ entry, outcome })))
  }

  #settle(ends: readonly End[]): void {
    if (ends.length === 0) return
    for (const { entry } of ends) {
      entry.cancelTimer()
      this.#inFlight.delete(entry.claim.job.id)
    }
    const settling = this.#storeEnds(ends).then(() => {
      this.#settling.delete(settling)
      this.#tellIdle()
    })
    this.#settling.add(settling)
  }

  /** Stores the ends, however long the store refuses: a result that was computed must not be lost to a full disk. */
  async #storeEnds(ends: readonly End[]): Promise<void> {
    const requests = ends.map(({ entry, outcome }) => ({ lease: entry.claim.lease, outcome }))
    for (;;) {
      try {
        const answers = await this.#store.settle(requests)
        ends.forEach(({ entry, outcome }, index) => {
          const { job, lease } = entry.claim
          if (answers[index] === 'settled') this.#events.emit('attempt.settled', job, outcome)
          else this.#events.emit('attempt.refused', job.id, lease.attempt)
        })
        return
      } catch (thrown) {
        this.#tell(thrown)
        if (!(thrown instanceof StoreUnavailableError)) return
        await new Promise<void>((resolve) => after(settleAgainMs, resolve))
      }
    }
  }

  #tell(thrown: unknown): void {
    if (thrown instanceof StoreUnavailableError) this.#events.emit('store.unavailable', thrown)
    else this.#events.emit('service.failed', 'runner', thrown)
  }

  #ask(id: JobId, attempt: number, reason: StopReason): void {
    const entry = this.#inFlight.get(id)
    if (entry !== undefined) entry.stopping = reason
    this.#pool.stop(id, attempt, reason)
  }

  #tellIdle(): void {
    if (this.busy) return
    for (const waiter of this.#idleWaiters) waiter()
    this.#idleWaiters.clear()
  }
}
