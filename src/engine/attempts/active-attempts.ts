import type { Clock } from '../../domain/clock.js'
import type { Job, JobId } from '../../domain/job.js'
import type { Outcome } from '../../domain/outcome.js'
import type { Claim, JobStore } from '../../stores/store.js'
import type { EngineEmitter } from '../events.js'
import { Interruptions } from './interruptions.js'
import { released } from './outcome-of.js'
import { OutputLog } from './output-log.js'
import { attemptOf, type RunningAttempt } from './running-attempt.js'
import { type End, Settler } from './settler.js'

/** The attempts that a worker has claimed, until their ends are stored. */
export class ActiveAttempts {
  /** Stores their output and progress. */
  readonly log: OutputLog
  readonly #clock: Clock
  readonly #events: EngineEmitter
  readonly #settler: Settler
  readonly #interruptions: Interruptions<RunningAttempt>
  readonly #byJob = new Map<JobId, RunningAttempt>()
  readonly #buffered: End[] = []
  readonly #idleWaiters = new Set<() => void>()

  /** `redact`: names of keys, beside the built-in ones, whose values are masked in what the jobs print. */
  constructor(
    store: Pick<JobStore, 'append' | 'settle'>,
    clock: Clock,
    events: EngineEmitter,
    redact: readonly string[],
  ) {
    this.#clock = clock
    this.#events = events
    this.log = new OutputLog(store, clock, events, redact, (id) => this.find(id))
    this.#interruptions = new Interruptions(clock)
    this.#settler = new Settler(store, clock, events, () => this.#resolveIdle())
  }

  /** How many have not been settled; buffered ends count too. */
  get count(): number {
    return this.#byJob.size
  }

  /** Whether an attempt still runs or its end is not stored yet. */
  get busy(): boolean {
    return this.count > 0 || this.#settler.busy
  }

  find(job: JobId): RunningAttempt | undefined {
    return this.#byJob.get(job)
  }

  /** Whether it runs here, or its end is not stored yet. */
  has({ id, attempt }: Pick<Job, 'id' | 'attempt'>): boolean {
    return this.find(id)?.claim.lease.attempt === attempt || this.#settler.isStoring(id, attempt)
  }

  all(): Iterable<RunningAttempt> {
    return this.#byJob.values()
  }

  add(claims: readonly Claim[]): readonly RunningAttempt[] {
    const attempts = claims.map(attemptOf)
    for (const attempt of attempts) {
      this.#byJob.set(attempt.claim.job.id, attempt)
      this.#events.emit('job.claimed', attempt.claim)
    }
    return attempts
  }

  /** Buffers an end until `settleBuffered`: ends that are stored together share a commit. */
  settleLater(end: End): void {
    end.attempt.hasEnded = true
    this.#buffered.push(end)
  }

  settleBuffered(): void {
    this.settle(this.#buffered.splice(0))
  }

  settle(ends: readonly End[]): void {
    for (const { attempt } of ends) {
      attempt.cancelNextStep()
      this.#byJob.delete(attempt.claim.job.id)
    }
    this.log.end(ends.map(({ attempt }) => attempt))
    this.#settler.settle(ends)
  }

  giveBack(attempts: readonly RunningAttempt[]): void {
    const now = this.#clock.now()
    this.settle(attempts.map((attempt) => ({ attempt, outcome: released(attempt, now) })))
  }

  giveBackAll(): void {
    this.giveBack([...this.#byJob.values()])
    this.log.stop()
  }

  /**
   * Settles an attempt that a signal ended, once it is clear whether the worker got the signal too. Keeps its lease.
   */
  settleWhenJudged(attempt: RunningAttempt, outcome: () => Outcome): void {
    attempt.cancelNextStep()
    this.#interruptions.judge(attempt, (isInterruption) => {
      if (this.find(attempt.claim.job.id) !== attempt) return
      if (isInterruption) attempt.stopping ??= 'shutdown'
      this.settle([{ attempt, outcome: outcome() }])
    })
  }

  /** Treats a signal that ended the attempt as sent by this cancel. */
  cancelled(attempt: RunningAttempt): void {
    this.#interruptions.decide(attempt, false)
  }

  /** The worker stops: an attempt that a signal ends from now on was interrupted. */
  stopping(): void {
    this.#interruptions.stop()
  }

  /** Drops all attempts: their leases have expired, so their ends do not count. */
  forgetAll(): void {
    for (const attempt of this.#byJob.values()) {
      attempt.cancelNextStep()
      const { job, attempt: number } = attempt.claim.lease
      this.#events.emit('attempt.refused', { job, attempt: number })
    }
    this.#byJob.clear()
    this.#buffered.length = 0
    this.#resolveIdle()
  }

  /** Resolves when no attempt runs and all ends are stored. */
  async idle(): Promise<void> {
    while (this.busy) await new Promise<void>((resolve) => this.#idleWaiters.add(resolve))
  }

  /** Stops retrying ends that the store refuses. */
  giveUp(): void {
    this.#settler.giveUp()
  }

  #resolveIdle(): void {
    if (this.busy) return
    for (const waiter of this.#idleWaiters) waiter()
    this.#idleWaiters.clear()
  }
}
