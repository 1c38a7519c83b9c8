import type { Clock } from '../../domain/clock.js'
import type { AttemptReport } from '../../domain/outcome.js'
import { isSecretName } from '../../domain/secret-names.js'
import { setImmediate } from '../../real-timers.js'
import { jobOfCaller, noteEnd } from '../current-job.js'
import type { AttemptEnd, AttemptId, JobAssignment, StopReason } from '../ipc/messages.js'
import { runAttempt } from './attempt.js'
import { failureOf } from './failure-of.js'
import type { LoadedTasks } from './loaded-task.js'
import { type RunSpan, startRunSpan } from './run-span.js'
import { RunningJob, type RunningJobReports } from './running-job.js'

/** Receives the reports about jobs. */
export interface JobReports extends RunningJobReports {
  end(end: AttemptEnd): void
  /** They have not started, and will not. */
  returned(jobs: readonly AttemptId[]): void
  /** These start now. Sends all reports before it returns. */
  started(jobs: readonly AttemptId[]): void
}

// Jobs start together if their tasks were quick the last time: the first lines of each took no longer than this. One that
// blocks the loop must hold up none that another process could run.
const quickMs = 5

/** The running and waiting jobs of this process. Each ends once: later reports of it are dropped. */
export class RunningJobs {
  readonly #loaded: LoadedTasks
  readonly #reports: JobReports
  readonly #redact: readonly string[]
  readonly #isSecret: (key: string) => boolean
  readonly #clock: Clock
  readonly #running = new Map<string, RunningJob>()
  readonly #waiting = new Map<string, JobAssignment>()
  /** Of the attempts that are traced. */
  readonly #spans = new WeakMap<RunningJob, RunSpan>()
  #maxRunning = 1
  #isTurnSet = false
  /** How many start in one turn of the event loop. */
  #maxStarts = 1
  /** Tasks whose jobs were quick the last time. */
  readonly #quick = new Set<string>()

  /** `redact`: names of keys whose values must not be in spans, beside the built-in ones. */
  constructor(loaded: LoadedTasks, reports: JobReports, redact: readonly string[], clock: Clock) {
    this.#loaded = loaded
    this.#reports = reports
    this.#redact = redact
    this.#isSecret = isSecretName(redact)
    this.#clock = clock
  }

  /** Adds jobs. `maxRunning` of all jobs here run; the others wait for one of them to end. */
  add(assignments: readonly JobAssignment[], maxRunning: number): void {
    this.#maxRunning = maxRunning
    const unknown: AttemptId[] = []
    for (const assignment of assignments) {
      const { id, attempt, task } = assignment
      if (this.#loaded.task(task) !== undefined) this.#waiting.set(id, assignment)
      // The worker may know a task from another process, which loaded the modules at another moment.
      else unknown.push({ id, attempt })
    }
    if (unknown.length > 0) this.#reports.returned(unknown)
    this.#startSoon()
  }

  /** Whether no job runs. */
  get isIdle(): boolean {
    return this.#running.size === 0
  }

  /** Returns the waiting jobs, and forgets them. */
  giveBack(): readonly AttemptId[] {
    const keys = [...this.#waiting.values()].map(({ id, attempt }) => ({ id, attempt }))
    this.#waiting.clear()
    return keys
  }

  /** Starts as many as may run. */
  #startSome(): void {
    this.#isTurnSet = false
    const assignments = this.#nextGroup()
    if (assignments.length === 0) return
    for (const { id } of assignments) this.#waiting.delete(id)
    const startedAt = this.#clock.monotonicMs()
    // In the next turn, when their first lines have run; and before the next ones start.
    setImmediate(() => this.#measure(assignments, this.#clock.monotonicMs() - startedAt))
    // Before these are reported: the ends of these then cross with the starts of the next ones.
    this.#startSoon()
    this.#reports.started(assignments)
    for (const assignment of assignments) this.#start(assignment)
  }

  /** One job, or several of tasks that were quick. */
  #nextGroup(): readonly JobAssignment[] {
    const group: JobAssignment[] = []
    const most = Math.min(this.#maxStarts, this.#maxRunning - this.#running.size)
    for (const assignment of this.#waiting.values()) {
      if (group.length >= most) break
      const isQuick = this.#quick.has(assignment.task)
      if (group.length > 0 && !isQuick) break
      group.push(assignment)
      if (!isQuick) break
    }
    return group
  }

  #measure(assignments: readonly JobAssignment[], tookMs: number): void {
    const perJobMs = tookMs / assignments.length
    const isQuick = perJobMs <= quickMs
    for (const { task } of assignments) {
      if (isQuick) this.#quick.add(task)
      else this.#quick.delete(task)
    }
    const affordable = perJobMs === 0 ? Number.POSITIVE_INFINITY : Math.floor(quickMs / perJobMs)
    this.#maxStarts = Math.max(1, Math.min(affordable, 2 * this.#maxStarts))
  }

  /**
   * Starts the next jobs in a new turn of the event loop, after earlier ends and these starts were sent: if a job
   * blocks the loop or kills the process, no other job must be lost or blamed.
   */
  #startSoon(): void {
    if (this.#isTurnSet || this.#waiting.size === 0) return
    this.#isTurnSet = true
    setImmediate(() => this.#startSome())
  }

  #start(assignment: JobAssignment): void {
    const task = this.#loaded.task(assignment.task)
    if (task === undefined) throw new Error(`the task ${assignment.task} is not known here`) // it was given back
    const job = new RunningJob(assignment, this.#clock.now(), this.#reports)
    this.#running.set(job.id, job)
    const span = startRunSpan(assignment, this.#redact)
    const run = () => runAttempt(task, assignment.argsJson, job, this.#clock, this.#isSecret)
    if (span !== null) this.#spans.set(job, span)
    void (span === null ? run() : span.run(run)).then((report) => this.#end(job, report))
  }

  /** Asks a running job to stop. Returns a waiting one. */
  stop(id: string, attempt: number, reason: StopReason): void {
    if (this.#waiting.get(id)?.attempt === attempt) {
      this.#waiting.delete(id)
      this.#reports.returned([{ id, attempt }])
      return
    }
    const running = this.#running.get(id)
    if (running?.attempt !== attempt) return
    RunningJob.stop(running, reason)
  }

  /** Ends a running job whose promise hangs. It may still do things, until its process is replaced. */
  abandon(id: string, attempt: number): void {
    const running = this.#running.get(id)
    if (running?.attempt !== attempt) return
    const startedAt = RunningJob.startOf(running)
    this.#end(running, { kind: 'forced', endedBy: 'abandoned', startedAt, endedAt: this.#clock.now() })
  }

  /** Forgets all jobs, and asks those that run to stop. They keep no place from others, and their late ends are refused. */
  forgetAll(): void {
    this.#waiting.clear()
    const running = [...this.#running.values()]
    this.#running.clear()
    for (const job of running) {
      noteEnd(job)
      const [startedAt, endedAt] = [RunningJob.startOf(job), this.#clock.now()]
      this.#spans.get(job)?.end({ kind: 'forced', endedBy: 'abandoned', startedAt, endedAt })
      RunningJob.stop(job, 'shutdown')
    }
  }

  /** Fails the calling job: it threw outside of its own promise. False if no job called. */
  fail(thrown: unknown): boolean {
    const job = jobOfCaller()
    const running = job === undefined ? undefined : this.#running.get(job.id)
    if (job === undefined || running === undefined || running.attempt !== job.attempt) return false
    const error = failureOf(thrown, this.#isSecret)
    const startedAt = RunningJob.startOf(running)
    this.#end(running, { kind: 'threw', error, verdict: 'by policy', startedAt, endedAt: this.#clock.now() })
    return true
  }

  #end(job: RunningJob, report: AttemptReport): void {
    const { id, attempt } = job
    if (this.#running.get(id) !== job) return
    this.#running.delete(id)
    noteEnd(job)
    this.#spans.get(job)?.end(report)
    this.#reports.end({ id, attempt, report })
    this.#startSoon()
  }
}
