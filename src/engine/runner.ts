import type { Clock } from '../domain/clock.js'
import { isShutdownSignal } from '../domain/failure.js'
import { defaultGraceMs, type JobId, type WorkerId } from '../domain/job.js'
import type { QueueChoice } from '../domain/queues.js'
import type { Claim, JobReader, JobStore, WorkerStore } from '../stores/store.js'
import { ActiveAttempts } from './attempts/active-attempts.js'
import { outcomeOf, outcomeOfExit, outcomeWithoutTask } from './attempts/outcome-of.js'
import type { RunningAttempt } from './attempts/running-attempt.js'
import { askToStop, stopInSteps } from './attempts/stop-escalation.js'
import { TimeLimits } from './attempts/time-limits.js'
import { ClaimLoop } from './claim-loop.js'
import { ClaimRecovery } from './claim-recovery.js'
import { Deliveries, maxDeliveries } from './deliveries.js'
import { enqueueFromTask } from './enqueue.js'
import type { EngineEmitter } from './events.js'
import { vitalsOf } from './host.js'
import type { ProcessExit } from './hosts/process-exit.js'
import type { AttemptEnd, StopReason } from './ipc/messages.js'
import type { PoolEvent } from './pool/pool-event.js'
import { Prefetch } from './pool/prefetch.js'
import type { ProcessSlot } from './pool/process-slot.js'
import { StallDetector } from './pool/stall-detector.js'
import type { TaskPool } from './pool/task-pool.js'

/** A job is claimed ahead if it will start within this time, and given back if nothing ends for twice as long. */
const aheadMs = 50
const maxAhead = 1_000

/** Replaces a task process after this many jobs, so that leaks do not add up. */
const maxJobs = 100_000

/**
 * How long an end may wait to share a commit with others. After a kill, jobs that ended in the last 20 ms may run
 * again.
 */
const maxSettleDelayMs = 10

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
 * Runs the jobs of a worker: claims them, hands them to the task processes, and settles their ends. The next job starts as
 * soon as one has ended, before that end is stored: ends and the next claim share a commit.
 */
export class Runner {
  readonly #store: JobStore & WorkerStore
  readonly #pool: TaskPool
  readonly #clock: Clock
  readonly #events: EngineEmitter
  readonly #claims: ClaimLoop
  readonly #attempts: ActiveAttempts
  readonly #limits: TimeLimits
  readonly #prefetch: Prefetch
  readonly #stalls: StallDetector
  #storedTasks: readonly string[] = []
  #cancelSettle: (() => void) | null = null

  constructor(
    store: JobStore & WorkerStore & Pick<JobReader, 'running'>,
    pool: TaskPool,
    clock: Clock,
    events: EngineEmitter,
    worker: WorkerId,
    { queues, concurrency, redact }: RunnerSettings,
  ) {
    this.#store = store
    this.#pool = pool
    this.#clock = clock
    this.#events = events
    this.#attempts = new ActiveAttempts(store, clock, events, redact)
    this.#prefetch = new Prefetch(clock, aheadMs, maxAhead)
    const deliveries = new Deliveries(pool, maxDeliveries(concurrency))
    const claims = new ClaimRecovery(store, this.#attempts, clock)
    this.#claims = new ClaimLoop(claims, pool, this.#prefetch, events, queues, deliveries, worker, (claims) =>
      this.#handOver(claims),
    )
    this.#stalls = new StallDetector(pool, clock, aheadMs, () => this.#prefetch.stalled())
    this.#limits = new TimeLimits(
      clock,
      () => pool.slots.flatMap((slot) => [...slot.running]),
      (attempt) => {
        // The grace of an attempt that is stopping already runs.
        if (attempt.stopping === null) this.#stop(attempt, 'timeout')
      },
    )
  }

  get busy(): boolean {
    return this.#attempts.busy
  }

  get running(): number {
    return this.#pool.running
  }

  /** Claims as many jobs as there is room for. Resolves to how many it claimed. */
  claim(): Promise<number> {
    return this.#claims.claim()
  }

  /** Stores the ends that wait for others to share a commit with. */
  settleNow(): void {
    if (this.#cancelSettle !== null) this.#settleEnds()
  }

  /** Takes no more jobs, and gives back those that have not started. Resolves when all have ended and are stored. */
  async drain(): Promise<void> {
    this.#attempts.stopping()
    await this.#claims.close()
    this.#pool.recall()
    this.#attempts.giveBack(this.#pool.withdrawAll())
    await this.#attempts.idle()
    this.#limits.stop()
  }

  /** Asks all running jobs to stop for a shutdown. */
  askToStop(): void {
    for (const attempt of this.#attempts.all()) {
      // An attempt that is stopping keeps its first reason.
      if (attempt.startedAt === null || attempt.stopping !== null) continue
      this.#reportStop(attempt, 'shutdown')
      askToStop(attempt, 'shutdown')
    }
  }

  /** Asks a job to stop because it was cancelled. Kills its task process if the job ignores that for its grace. */
  cancel(id: JobId): void {
    const attempt = this.#attempts.find(id)
    if (attempt === undefined || attempt.stopping === 'cancelled') return
    if (attempt.handle !== null) {
      // After its time limit it has its grace already.
      if (attempt.stopping === 'timeout') {
        this.#reportStop(attempt, 'cancelled')
        attempt.stopping = 'cancelled'
      } else this.#stop(attempt, 'cancelled')
      // The signal of this cancel may already have ended it.
      this.#attempts.cancelled(attempt)
      return
    }
    // It waits for a process of its own. The store cancels it when it is given back.
    this.#pool.withdraw(attempt)
    this.#attempts.giveBack([attempt])
    this.#claims.claimSoon()
  }

  /** Forgets all attempts, whose leases are lost, and continues as another worker. */
  continueAs(worker: WorkerId): void {
    this.#pool.clear()
    this.#attempts.forgetAll()
    this.#claims.worker = worker
  }

  /** Stores which tasks this worker knows, for `status JOB`. */
  storeTasks(): void {
    const { known } = this.#pool
    if (known === this.#storedTasks) return
    this.#storedTasks = known
    this.#store.setTasks(this.#claims.worker, known).catch(() => {})
  }

  /** Handles every report of the task processes. */
  onPoolEvent(slot: ProcessSlot, event: PoolEvent): void {
    switch (event.type) {
      case 'ready':
        this.storeTasks()
        this.#claims.claimSoon()
        return
      case 'started':
        this.#started(event.attempts)
        return
      case 'turned':
        for (const attempt of event.attempts) this.#limits.started(attempt)
        if (this.#claims.mayFindMore) this.#claims.claimSoon()
        return
      case 'finished':
        this.#finished(slot, event.ends)
        return
      case 'returned':
        this.#attempts.giveBack(event.attempts)
        this.#pool.left(slot)
        return
      case 'exited':
        this.#exited(slot, event.exit, event.running)
        return
      case 'task missing':
        this.#taskMissing(event.attempt, event.fault, event.wasKnown)
        return
      case 'output':
        for (const output of event.output) this.#attempts.log.output(output)
        return
      case 'progress':
        for (const progress of event.progress) this.#attempts.log.progress(progress)
        return
      case 'usage':
        this.#attempts.log.usage(event.attempt, event.usage)
        return
      case 'spawned':
        // The worker that reclaims the jobs must know this process, to kill it before it runs them again.
        this.#store.beat(this.#claims.worker, vitalsOf(this.#pool.processes)).then(event.stored, event.stored)
        return
      case 'enqueue':
        void enqueueFromTask(this.#store, this.#clock, this.#events, event.request).then(event.answer)
        return
      case 'replaced':
        this.#events.emit('process.replaced', { reason: event.reason })
        return
      default:
        event satisfies never
    }
  }

  /** Stops retrying ends that the store refuses. */
  giveUp(): void {
    this.#attempts.giveUp()
  }

  /** Gives back everything that has not ended. The task processes must be gone. */
  release(): void {
    this.#cancelSettle?.()
    this.#stalls.stop()
    this.#attempts.settleBuffered()
    this.#pool.clear()
    this.#attempts.giveBackAll()
  }

  #handOver(claims: readonly Claim[]): void {
    if (claims.length > 0) this.#prefetch.resume()
    else if (this.#attempts.count === 0) this.#prefetch.pause()
    if (claims.length === 0) return
    const attempts = this.#attempts.add(claims)
    // The worker may have been asked to stop, or the processes may have died, during the claim.
    const left = this.#claims.isClosed ? attempts : this.#pool.handOver(attempts)
    if (left.length > 0) this.#prefetch.stalled()
    this.#attempts.giveBack(left)
    this.#stalls.watch()
  }

  #started(attempts: readonly RunningAttempt[]): void {
    const now = this.#clock.now()
    // The others wait behind its first lines, and get their limits when these have run.
    const [first] = attempts
    if (first !== undefined) this.#limits.started(first)
    for (const attempt of attempts) {
      const { job } = attempt.claim
      attempt.startedAt = now
      this.#events.emit('attempt.started', { job, waitMs: Math.max(0, now - job.dueAt) })
      // It was asked to stop while it waited: abort its signal now.
      if (attempt.stopping !== null) this.#stop(attempt, attempt.stopping)
    }
  }

  #finished(
    slot: ProcessSlot,
    ends: readonly { readonly attempt: RunningAttempt; readonly report: AttemptEnd['report'] }[],
  ): void {
    this.#prefetch.ended(ends.length)
    for (const { attempt, report } of ends) {
      this.#limits.ended(attempt, report)
      const isBySignal = report.kind === 'threw' && report.verdict === 'by signal'
      // An attempt that is stopping has its reason.
      if (isBySignal && attempt.stopping === null)
        this.#attempts.settleWhenJudged(attempt, () => outcomeOf(attempt, report))
      else this.#attempts.settleLater({ attempt, outcome: outcomeOf(attempt, report) })
    }
    // A job that was abandoned goes on in its process.
    if (ends.some(({ report }) => report.kind === 'forced')) this.#pool.replace(slot, 'abandoned job')
    else if (slot.jobsEnded >= maxJobs) this.#pool.replace(slot, 'age')
    this.#pool.left(slot)
    // While the processes have enough to do, ends are stored together, and with the next claim: a commit costs as much
    // as hundreds of jobs.
    if (this.#pool.needsJobs(this.#prefetch.ahead)) this.#settleEnds()
    else this.#cancelSettle ??= this.#clock.after(maxSettleDelayMs, () => this.#settleEnds())
  }

  /** If this worker has lost a task, its jobs wait for a worker that has it. A job that only this worker may run fails. */
  #taskMissing(attempt: RunningAttempt, fault: string | null, wasKnown: boolean): void {
    const { task } = attempt.claim.job
    this.#events.emit('task.missing', { task, fault })
    if (wasKnown) this.#attempts.giveBack([attempt])
    else this.#attempts.settle([{ attempt, outcome: outcomeWithoutTask(attempt, fault, this.#clock.now()) }])
    this.#claims.claimSoon()
    this.storeTasks()
  }

  /** A task process exited: its running jobs are lost, or end as cancelled, timed out or interrupted. */
  #exited(slot: ProcessSlot, exit: ProcessExit, running: readonly RunningAttempt[]): void {
    const jobs = running.map(({ claim }) => claim.job)
    this.#events.emit('process.exited', { exit, jobs, exitsWhileLoading: slot.exitsWhileLoading })
    const now = this.#clock.now()
    const isAlone = running.length === 1
    const outcome = (attempt: RunningAttempt) => outcomeOfExit(attempt, exit, isAlone, now)
    if (!exit.killed && isShutdownSignal(exit.signal)) {
      for (const attempt of running) this.#attempts.settleWhenJudged(attempt, () => outcome(attempt))
    } else this.#attempts.settle(running.map((attempt) => ({ attempt, outcome: outcome(attempt) })))
    this.#pool.left(slot)
  }

  #settleEnds(): void {
    this.#cancelSettle?.()
    this.#cancelSettle = null
    this.#attempts.settleBuffered()
    if (this.#claims.mayFindMore) this.#claims.claimSoon()
  }

  #reportStop({ claim: { job } }: RunningAttempt, reason: StopReason): void {
    this.#events.emit('attempt.stopping', { job, reason })
  }

  #stop(attempt: RunningAttempt, reason: StopReason): void {
    if (attempt.stopping === null) this.#reportStop(attempt, reason)
    const graceMs = this.#pool.task(attempt.claim.job.task)?.graceMs ?? defaultGraceMs
    stopInSteps(this.#clock, attempt, reason, graceMs)
  }
}
