import type { Clock } from '../domain/clock.js'
import { isTemporary } from '../domain/errors.js'
import { isShutdownSignal } from '../domain/failure.js'
import { defaultGraceMs, type JobId, type WorkerId } from '../domain/job.js'
import type { Outcome } from '../domain/outcome.js'
import type { QueueChoice } from '../domain/queues.js'
import type { Claim, JobStore } from '../stores/store.js'
import { Interruptions } from './attempts/interruptions.js'
import { OutputLog } from './attempts/output-log.js'
import { attemptOf, outcomeOf, outcomeOfExit, type RunningAttempt, released } from './attempts/running-attempt.js'
import { type End, Settler } from './attempts/settler.js'
import { askToStop, stopInSteps } from './attempts/stop-escalation.js'
import { TimeLimits } from './attempts/time-limits.js'
import type { EngineEmitter } from './events.js'
import type { ProcessExit } from './hosts/process-exit.js'
import type { AttemptEnd, StopReason } from './ipc/messages.js'
import type { Lane } from './pool/lane.js'
import { Prefetch } from './pool/prefetch.js'
import type { TaskPool } from './pool/task-pool.js'
import { StallWatch } from './stall-watch.js'

/** A job is claimed ahead if it will begin within this time, and given back if nothing ends for twice as long. */
const aheadMs = 50
const maxAhead = 1_000

/** A task process is replaced after so many jobs: whatever they leave behind in it shall not add up for ever. */
const maxJobs = 100_000

/** How long the end of a job may wait for others before it is stored. After a kill what ended in the last 20 ms may run again. */
const maxHoldMs = 10

export interface RunnerSettings {
  /** null: every queue; no shares: only jobs reserved for this worker. */
  readonly queues: QueueChoice
  readonly concurrency: number
  /** The most task processes that share the concurrency. */
  readonly processes: number
  /** Names of keys, beside the built-in ones, whose values are masked in what jobs print. */
  readonly redact: readonly string[]
}

/**
 * The claim loop: takes jobs while there is room, hands them to the task processes, and settles what comes back. A
 * place is free as soon as its job has ended, not when that is stored: ends and the next claim share a commit.
 */
export class Runner {
  /** What the jobs print and how far they are goes here. */
  readonly log: OutputLog
  readonly #store: JobStore
  readonly #pool: TaskPool
  readonly #clock: Clock
  readonly #events: EngineEmitter
  readonly #settings: RunnerSettings
  readonly #settler: Settler
  readonly #limits: TimeLimits
  readonly #prefetch = new Prefetch(aheadMs, maxAhead)
  readonly #stalls: StallWatch
  readonly #interruptions = new Interruptions<RunningAttempt>()
  readonly #attempts = new Map<JobId, RunningAttempt>()
  readonly #ends: End[] = []
  readonly #idleWaiters = new Set<() => void>()
  #worker: WorkerId
  #claiming: Promise<void> | null = null
  #turnOverTimer: NodeJS.Timeout | null = null
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
    this.log = new OutputLog(store, clock, events, settings.redact, (id) => this.#attempts.get(id))
    this.#settler = new Settler(store, events, () => this.#tellIdle())
    this.#stalls = new StallWatch(pool, aheadMs, () => this.#prefetch.stalled())
    this.#limits = new TimeLimits(
      () => pool.lanes.flatMap((lane) => [...lane.running]),
      (entry) => {
        // The grace of one that was asked before has begun already.
        if (entry.stopping === null) this.#stop(entry, 'timeout')
      },
    )
  }

  get busy(): boolean {
    return this.#attempts.size > 0 || this.#settler.busy
  }

  get running(): number {
    return this.#pool.lanes.reduce((sum, lane) => sum + lane.count - lane.buffered, 0)
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
    const { ahead } = this.#prefetch
    const limit = this.#open && this.#pool.isHungry(ahead) ? this.#pool.room(ahead) : 0
    if (limit <= 0) return 0
    let taken = 0
    this.#claiming = this.#store
      .claim({ worker: this.#worker, queues: this.#settings.queues, tasks: this.#pool.known, limit })
      .then((claims) => {
        taken = claims.length
        if (taken > 0) this.#prefetch.resume()
        else if (this.#attempts.size === 0) this.#prefetch.pause()
        this.#handOver(claims)
      })
    try {
      await this.#claiming
    } finally {
      this.#claiming = null
    }
    // Places that became free meanwhile saw a claim under way and left it to this one.
    if (taken === limit) this.claimSoon()
    return taken
  }

  /** Claims if there is room, without making anybody wait for it. */
  claimSoon(): void {
    this.claim().catch((thrown: unknown) => {
      if (isTemporary(thrown)) this.#events.emit('store.unavailable', thrown)
      else this.#events.emit('service.failed', 'runner', thrown)
    })
  }

  /** Takes no more jobs, and gives back what has not begun; resolves when the last one has ended and is stored. */
  async drain(): Promise<void> {
    this.#open = false
    this.#interruptions.stop()
    await this.#claiming?.catch(() => {})
    this.#pool.recall()
    this.#giveBack(this.#pool.isolated.withdrawAll())
    while (this.busy) await new Promise<void>((resolve) => this.#idleWaiters.add(resolve))
    this.#limits.stop()
  }

  /** Asks all running jobs to stop for a shutdown. */
  askToStop(): void {
    for (const entry of this.#attempts.values()) {
      // One that was asked before ends for the reason it was asked for.
      if (entry.beganAt !== null && entry.stopping === null) askToStop(entry, 'shutdown')
    }
  }

  /** Asks one job to stop for a cancel, and kills its task process if it does not within the grace. */
  cancel(id: JobId): void {
    const entry = this.#attempts.get(id)
    if (entry === undefined || entry.stopping === 'cancelled') return
    if (entry.lane !== null) {
      this.#stop(entry, 'cancelled')
      // It may have been ended by the signal that is why it is cancelled.
      this.#interruptions.decide(entry, false)
      return
    }
    // It waits for a process of its own. To be given back is the end of a job that is to be cancelled.
    this.#pool.isolated.withdraw(entry)
    this.#giveBack([entry])
  }

  /** The attempts of the old id are lost, whatever becomes of them: forgets them and goes on as another worker. */
  continueAs(worker: WorkerId): void {
    this.#pool.clear()
    for (const entry of this.#attempts.values()) {
      entry.cancelNextStep()
      this.#events.emit('attempt.refused', entry.claim.lease.job, entry.claim.lease.attempt)
    }
    this.#attempts.clear()
    this.#ends.length = 0
    this.#worker = worker
    this.#tellIdle()
  }

  /** The code of a job has started. */
  started(entry: RunningAttempt): void {
    entry.beganAt = this.#clock.now()
    this.#limits.started(entry)
    // Somebody asked while it waited: the signal goes out now.
    if (entry.stopping !== null) this.#stop(entry, entry.stopping)
  }

  /** Jobs ended in a lane. */
  ended(lane: Lane, ends: readonly { readonly entry: RunningAttempt; readonly end: AttemptEnd }[]): void {
    this.#prefetch.ended(ends.length)
    for (const { entry, end } of ends) {
      const isBySignal = end.report.kind === 'threw' && end.report.verdict === 'by signal'
      // One that was asked to stop has its reason.
      if (isBySignal && entry.stopping === null) this.#judge(entry, () => outcomeOf(entry, end.report))
      else this.#ends.push({ entry, outcome: outcomeOf(entry, end.report) })
    }
    // What hangs goes on hanging there.
    const isSpent = lane.jobsEnded >= maxJobs || ends.some(({ end }) => end.report.kind === 'forced')
    if (isSpent) this.#pool.replace(lane)
    this.#pool.left(lane)
    // While the processes have enough to do, ends are stored together, and with the next claim: a commit costs as much
    // as hundreds of jobs.
    if (this.#pool.isHungry(this.#prefetch.ahead)) this.#turnOver()
    else this.#turnOverTimer ??= setTimeout(() => this.#turnOver(), maxHoldMs)
  }

  /** Ended by a signal that may have been for the worker too. Its place is free, and its lease is held. */
  #judge(entry: RunningAttempt, outcome: () => Outcome): void {
    this.#interruptions.judge(entry, (isInterruption) => {
      if (this.#attempts.get(entry.claim.job.id) !== entry) return
      if (isInterruption) entry.stopping ??= 'shutdown'
      this.#settle([{ entry, outcome: outcome() }])
    })
  }

  /** Jobs came back whose code never began. */
  returned(lane: Lane, entries: readonly RunningAttempt[]): void {
    this.#giveBack(entries)
    this.#pool.left(lane)
  }

  /** A task process exited: what ran in it is lost, or what ended it on purpose is what it ends as. */
  exited(lane: Lane, exit: ProcessExit, running: readonly RunningAttempt[]): void {
    const now = this.#clock.now()
    const alone = running.length === 1
    const outcome = (entry: RunningAttempt) => outcomeOfExit(entry, exit, alone, now)
    if (!exit.killed && isShutdownSignal(exit.signal)) {
      for (const entry of running) this.#judge(entry, () => outcome(entry))
    } else this.#settle(running.map((entry) => ({ entry, outcome: outcome(entry) })))
    this.#pool.left(lane)
  }

  /** Stops trying to store what the store refuses. */
  giveUp(): void {
    this.#settler.giveUp()
  }

  /** Gives back everything that has not ended. The task processes must be gone. */
  release(): void {
    if (this.#turnOverTimer !== null) clearTimeout(this.#turnOverTimer)
    this.#stalls.stop()
    this.#settle(this.#ends.splice(0))
    this.#pool.clear()
    this.#giveBack([...this.#attempts.values()])
  }

  #handOver(claims: readonly Claim[]): void {
    if (claims.length === 0) return
    const entries = claims.map(attemptOf)
    for (const entry of entries) this.#attempts.set(entry.claim.job.id, entry)
    // The worker may have been told to stop, or the processes died, while the claim was on its way.
    this.#giveBack(this.#open ? this.#pool.handOver(entries) : entries)
    this.#stalls.watch()
  }

  #turnOver(): void {
    if (this.#turnOverTimer !== null) clearTimeout(this.#turnOverTimer)
    this.#turnOverTimer = null
    this.#settle(this.#ends.splice(0))
    this.claimSoon()
  }

  #giveBack(entries: readonly RunningAttempt[]): void {
    const now = this.#clock.now()
    this.#settle(entries.map((entry) => ({ entry, outcome: released(entry, now) })))
  }

  #settle(ends: readonly End[]): void {
    for (const { entry } of ends) {
      entry.cancelNextStep()
      this.#attempts.delete(entry.claim.job.id)
    }
    this.log.end(ends.map(({ entry }) => entry))
    this.#settler.settle(ends)
  }

  #stop(entry: RunningAttempt, reason: StopReason): void {
    stopInSteps(entry, reason, this.#pool.task(entry.claim.job.task)?.graceMs ?? defaultGraceMs)
  }

  #tellIdle(): void {
    if (this.busy) return
    for (const waiter of this.#idleWaiters) waiter()
    this.#idleWaiters.clear()
  }
}
