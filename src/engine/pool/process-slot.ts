import type { Clock } from '../../domain/clock.js'
import type { ProcessIdentity } from '../../stores/store.js'
import type { AttemptHandle, RunningAttempt } from '../attempts/running-attempt.js'
import type { ProcessExit } from '../hosts/process-exit.js'
import type { HostEvent, SlotEvent, StartHost, Turn } from '../hosts/task-host.js'
import type {
  AttemptEnd,
  AttemptId,
  Catalog,
  CheckRequest,
  JobAssignment,
  StopReason,
  TaskOutput,
  Verdict,
} from '../ipc/messages.js'
import type { GroupMemory } from '../memory.js'
import { RestartingHost } from './restarting-host.js'
import { SlotJobs } from './slot-jobs.js'
import { SlotLoad } from './slot-load.js'

/** What a slot reports: the events of its host, with the attempts that they are about. */
export type EmitFromSlot = (slot: ProcessSlot, event: SlotEvent<RunningAttempt>) => void

/**
 * `shared`: takes jobs as long as it lives. `draining`: takes no more, and ends with its last running job.
 * `exclusive`: has one job. When its process has had that job, no other process follows.
 */
type SlotMode = 'shared' | 'draining' | 'exclusive'

/** `recalling`: its process was asked to return waiting jobs and has not answered; its loop may be blocked. */
type SlotPhase = 'open' | 'recalling' | 'ending'

// A process that has not finished a turn of its event loop for so long is blocked.
const stuckMs = 50

/**
 * A slot for one warm task process at a time, and the jobs in it in the order in which they were handed over: the first
 * `share` of them run, the others wait inside the process, so that no job waits for a commit of another. The process
 * reports which of them start: while its loop is blocked, no waiting job starts and no time limit runs.
 */
export class ProcessSlot implements AttemptHandle {
  /** Since when no job has ended here and none has come to an empty slot, by the monotonic clock. */
  quietSince = 0
  /** When its process last said that it does something, or got a job while it had none to start. */
  #heardAt = 0
  readonly #clock: Clock
  readonly #startHost: StartHost
  readonly #emit: EmitFromSlot
  readonly #jobs = new SlotJobs()
  readonly #load: SlotLoad
  readonly #host: RestartingHost
  #mode: SlotMode
  #phase: SlotPhase = 'open'
  #share = 1
  /** Jobs that have started, while it is not known whether they block the event loop. */
  #starting = 0
  /** Those of them that started after another one, which may hold them up. */
  #behind: readonly RunningAttempt[] = []
  /** Jobs that were found not to, since jobs were handed over. */
  #proven = 0
  #endedJobs = 0

  constructor(clock: Clock, startHost: StartHost, emit: EmitFromSlot, mode: 'shared' | 'exclusive') {
    this.#clock = clock
    this.#startHost = startHost
    this.#emit = emit
    this.#mode = mode
    this.#load = new SlotLoad(clock)
    this.#host = new RestartingHost(clock, () => this.#startHost((event) => this.#onHostEvent(event)))
  }

  get catalog(): Promise<Catalog> {
    return this.#host.current.catalog
  }

  /** Whether its process can run jobs that are handed over. */
  get ready(): boolean {
    return this.#host.current.ready && this.#mode !== 'draining' && this.#phase !== 'ending'
  }

  /** Whether it has a share of the concurrency, and takes more jobs. */
  get isOpen(): boolean {
    return this.ready && this.#share > 0 && this.#phase === 'open' && !this.isStuck
  }

  /**
   * How many jobs it may have, but for those that are claimed ahead: at most its share. Behind jobs that may block its
   * event loop, others would be held up, so it begins with one, and gets twice as many as have passed since jobs were
   * last handed over.
   */
  get capacity(): number {
    const passed = this.#jobs.count - this.#jobs.waiting - this.#starting
    return Math.min(this.#share, passed + Math.max(1, 2 * this.#proven))
  }

  /** Whether jobs have started that may block its event loop. */
  get isUnproven(): boolean {
    return this.#starting > 0
  }

  /** How many of its jobs run at once. */
  get share(): number {
    return this.#share
  }

  set share(share: number) {
    if (share === this.#share) return
    this.#share = share
    if (this.#host.current.ready) this.#host.current.run([], share)
  }

  /** How many jobs have ended in its process. */
  get jobsEnded(): number {
    return this.#endedJobs
  }

  get identities(): readonly ProcessIdentity[] {
    return this.#host.current.identities
  }

  /** How often in a row its process ended before it was ready. */
  get exitsWhileLoading(): number {
    return this.#host.exitsWhileLoading
  }

  /** How many jobs are in it. */
  get count(): number {
    return this.#jobs.count
  }

  /** How many of them have not started. */
  get buffered(): number {
    return this.#jobs.waiting
  }

  /** Whether its event loop is blocked: for some time it has not started jobs that may run, or not gone on after it did. */
  get isStuck(): boolean {
    if (!this.ready || this.#clock.monotonicMs() - this.#heardAt < stuckMs) return false
    return this.#starting > 0 || (this.#jobs.waiting > 0 && this.#jobs.count - this.#jobs.waiting < this.#share)
  }

  /** Those that run, and those that wait. */
  get jobs(): readonly RunningAttempt[] {
    return this.#jobs.all
  }

  get running(): Iterable<RunningAttempt> {
    return this.#jobs.running
  }

  check(requests: readonly CheckRequest[]): Promise<readonly Verdict[]> {
    return this.#host.current.check(requests)
  }

  /** Hands jobs over; the process must be ready. */
  handOver(attempts: readonly RunningAttempt[]): void {
    const now = this.#clock.monotonicMs()
    if (this.#jobs.waiting === 0) this.quietSince = now
    if (this.#jobs.waiting === 0 && this.#starting === 0) this.#heardAt = now
    this.#proven = 0
    for (const attempt of attempts) {
      attempt.handle = this
      this.#jobs.add(attempt)
    }
    if (this.#mode === 'exclusive') this.#host.stopReplacing()
    this.#host.current.run(attempts.map(assignmentOf), this.#share)
  }

  stop({ claim: { job } }: RunningAttempt, reason: StopReason): void {
    this.#host.current.stop(job, reason)
  }

  abandon({ claim: { job } }: RunningAttempt): void {
    this.#host.current.abandon(job)
  }

  terminate({ claim: { job } }: RunningAttempt): void {
    // Its process may be gone, and another one runs other jobs.
    if (this.#jobs.find(job) !== null) this.#host.current.terminate(job)
  }

  kill({ claim: { job } }: RunningAttempt): void {
    if (this.#jobs.find(job) !== null) this.#host.current.killAttempt(job)
  }

  /** Takes no more jobs: recalls those that wait, and lets the running ones end. */
  drain(): void {
    this.#mode = 'draining'
    this.#host.stopReplacing()
    this.recall()
  }

  /** Measures the memory of its process, in bytes; null if the system cannot say. */
  measure(): number | null {
    return this.#host.current.measure()
  }

  /** Kills what uses more memory than that. */
  killOverLimit(limitBytes: number, groups: GroupMemory): void {
    this.#host.current.killOverLimit(limitBytes, groups)
  }

  /**
   * Asks the process for its waiting jobs; those that have not started meanwhile come back. False if there was nothing
   * to ask.
   */
  recall(): boolean {
    if (this.#jobs.waiting === 0 || this.#phase !== 'open') return false
    this.#phase = 'recalling'
    this.#host.current.recall()
    return true
  }

  /** Forgets all its jobs. The process may still run them. */
  clear(): void {
    this.#jobs.takeAll()
    this.#starting = 0
    this.#behind = []
    this.#proven = 0
    if (this.#phase === 'recalling') this.#phase = 'open'
  }

  /** Kills the process with everything that runs in it; another process replaces it. */
  killProcess(): Promise<void> {
    return this.#host.current.kill()
  }

  /** Like `killProcess`, without waiting for the end, and no other process follows. */
  endNow(): void {
    this.#phase = 'ending'
    this.#host.stopReplacing()
    this.#host.current.killNow()
  }

  /** Ends the slot: kills the process if it still has jobs, else lets it end by itself. */
  async end(): Promise<void> {
    this.#phase = 'ending'
    this.#host.stopReplacing()
    await (this.count > 0 ? this.#host.current.kill() : this.#host.current.end())
  }

  /** Finds the attempts of the ids; events without ids pass unchanged. */
  #onHostEvent(event: HostEvent): void {
    switch (event.type) {
      case 'ready':
        this.#host.ready()
        break
      case 'output':
        this.#emit(this, { type: 'output', output: event.output.map((output) => this.#attributed(output)) })
        return
      case 'turn':
        this.#turn(event)
        return
      case 'returned':
        this.#returned(event.attempts)
        return
      case 'usage': {
        const attempt = this.#jobs.find(event.attempt)
        if (attempt !== null) this.#emit(this, { ...event, attempt })
        return
      }
      case 'exited':
        this.#exited(event.exit)
        return
    }
    this.#emit(this, event)
  }

  /** Output of native code or of a child has no job. If only one job runs, it gets that output. */
  #attributed(output: TaskOutput): TaskOutput {
    if (output.id !== null || output.at !== null) return output
    const job = this.#jobs.alone?.claim.job
    return job === undefined ? output : { ...output, id: job.id, attempt: job.attempt }
  }

  #turn({ started, ends, activeMs, isNew }: Turn): void {
    const hasPassed = isNew && this.#starting > 0
    if (isNew) {
      this.#heardAt = this.#clock.monotonicMs()
      this.#proven += this.#starting
      this.#starting = 0
    }
    // Starts before ends: a started job may already have the place of an ended one.
    const attempts = started.map((id) => this.#jobs.start(id)).filter((attempt) => attempt !== null)
    this.#starting += attempts.length
    const begun = isNew ? this.#behind : []
    if (isNew) this.#behind = attempts.slice(1)
    if (attempts.length > 0) this.#emit(this, { type: 'started', attempts })
    if (ends.length > 0) this.#finished(ends)
    const running = begun.filter((attempt) => this.#jobs.find(attempt.claim.job) === attempt)
    const isNews = ends.length === 0 || running.length > 0
    if (hasPassed && isNews) this.#emit(this, { type: 'turned', attempts: running })
    this.#measure(activeMs, ends.length)
  }

  #finished(reported: readonly AttemptEnd[]): void {
    this.quietSince = this.#clock.monotonicMs()
    const ends: { attempt: RunningAttempt; report: AttemptEnd['report'] }[] = []
    for (const end of reported) {
      const attempt = this.#jobs.take(end)
      if (attempt !== null) ends.push({ attempt, report: end.report })
    }
    this.#endedJobs += ends.length
    if (ends.length > 0) this.#emit(this, { type: 'finished', ends })
  }

  #measure(activeMs: number, ended: number): void {
    this.#load.add(activeMs, ended)
    if (!this.#load.isBusy || this.#jobs.count === 0) return
    this.#load.restart()
    this.#emit(this, { type: 'busy' })
  }

  #returned(ids: readonly AttemptId[]): void {
    this.#heardAt = this.#clock.monotonicMs()
    if (this.#phase === 'recalling') this.#phase = 'open'
    const attempts = ids.map((id) => this.#jobs.take(id)).filter((attempt) => attempt !== null)
    if (attempts.length > 0) this.#emit(this, { type: 'returned', attempts })
  }

  #exited(exit: ProcessExit): void {
    if (this.#phase === 'ending') return
    this.#phase = 'open'
    this.#endedJobs = 0
    this.#load.restart()
    this.#starting = 0
    this.#behind = []
    this.#proven = 0
    const { running, waiting } = this.#jobs.takeAll()
    this.#host.exited(exit, running.length === 0)
    if (waiting.length > 0) this.#emit(this, { type: 'returned', attempts: waiting })
    this.#emit(this, { type: 'exited', exit, running })
  }
}

function assignmentOf({ claim: { job } }: RunningAttempt): JobAssignment {
  const { id, attempt, task, argsJson, slot, queue, trace } = job
  return { id, attempt, task, argsJson, slot, queue, trace }
}
