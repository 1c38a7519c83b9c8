import { format } from 'node:util'
import type { Clock } from '../../domain/clock.js'
import { UsageError } from '../../domain/errors.js'
import type { AttemptReport } from '../../domain/outcome.js'
import { type CurrentJob, jobOfCaller, runInJob } from '../current-job.js'
import type { AttemptEnd, AttemptId, JobAssignment, StopReason, TaskProgress } from '../ipc/messages.js'
import { runAttempt } from './attempt.js'
import { failureOf } from './failure-of.js'
import type { LoadedTasks } from './loaded-task.js'

/** Receives the reports about jobs. */
export interface JobReports {
  end(end: AttemptEnd): void
  /** They have not started, and will not. */
  returned(jobs: readonly AttemptId[]): void
  progress(progress: TaskProgress): void
  /** These start now. Sends all reports before it returns. */
  started(jobs: readonly AttemptId[]): void
}

// Jobs start together as long as that is quick. One that blocks the loop must hold up none that another process could run.
const quickStartMs = 5

interface RunningJob {
  readonly attempt: number
  readonly startedAt: number
  readonly stop: StopSignal
  readonly job: CurrentJob
}

/** The signal of one job, created on first use: creating it costs more than the rest of a small job. */
class StopSignal {
  #controller: AbortController | null = null
  #reason: DOMException | null = null

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#reason !== null) this.#controller.abort(this.#reason)
    return this.#controller.signal
  }

  abort(reason: StopReason): void {
    this.#reason ??= new DOMException(stopMessages[reason], 'AbortError')
    this.#controller?.abort(this.#reason)
  }
}

/** The running and waiting jobs of this process. Each ends once: later reports of it are dropped. */
export class RunningJobs {
  readonly #loaded: LoadedTasks
  readonly #reports: JobReports
  readonly #clock: Clock
  readonly #running = new Map<string, RunningJob>()
  readonly #waiting = new Map<string, JobAssignment>()
  #maxRunning = 1
  #isTurnSet = false
  /** How many start in one turn of the event loop. */
  #maxStarts = 1

  constructor(loaded: LoadedTasks, reports: JobReports, clock: Clock) {
    this.#loaded = loaded
    this.#reports = reports
    this.#clock = clock
  }

  /** Adds jobs. `maxRunning` of all jobs here run; the others wait for one of them to end. */
  add(assignments: readonly JobAssignment[], maxRunning: number): void {
    this.#maxRunning = maxRunning
    // The worker may know a task from another process, which loaded the modules at another moment.
    const [known, unknown] = [true, false].map((is) =>
      assignments.filter(({ task }) => (this.#loaded.task(task) !== undefined) === is),
    )
    for (const assignment of known ?? []) this.#waiting.set(assignment.id, assignment)
    if (unknown !== undefined && unknown.length > 0) {
      this.#reports.returned(unknown.map(({ id, attempt }) => ({ id, attempt })))
    }
    this.#startSoon()
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
    const assignments: JobAssignment[] = []
    const most = Math.min(this.#maxStarts, this.#maxRunning - this.#running.size)
    for (const assignment of this.#waiting.values()) {
      if (assignments.length >= most) break
      assignments.push(assignment)
    }
    if (assignments.length === 0) return
    for (const { id } of assignments) this.#waiting.delete(id)
    this.#reports.started(assignments)
    const startedAt = this.#clock.monotonicMs()
    for (const assignment of assignments) this.#start(assignment)
    const perJobMs = (this.#clock.monotonicMs() - startedAt) / assignments.length
    const quick = perJobMs === 0 ? Number.POSITIVE_INFINITY : Math.floor(quickStartMs / perJobMs)
    this.#maxStarts = Math.max(1, Math.min(quick, 2 * this.#maxStarts))
    if (this.#running.size < this.#maxRunning) this.#startSoon()
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
    const { id, attempt } = assignment
    const stop = new StopSignal()
    const job = this.#currentJob(assignment, stop)
    const running: RunningJob = { attempt, startedAt: this.#clock.now(), stop, job }
    this.#running.set(id, running)
    const task = this.#loaded.task(assignment.task)
    if (task === undefined) throw new Error(`the task ${assignment.task} is not known here`) // it was given back
    void runAttempt(task, assignment.argsJson, job, this.#clock).then((report) => this.#end(id, running, report))
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
    // In the job: what its listeners print is its output.
    runInJob(running.job, () => running.stop.abort(reason))
  }

  /** Ends a running job whose promise hangs. It may still do things, until its process is replaced. */
  abandon(id: string, attempt: number): void {
    const running = this.#running.get(id)
    if (running?.attempt !== attempt) return
    this.#end(id, running, {
      kind: 'forced',
      endedBy: 'abandoned',
      startedAt: running.startedAt,
      endedAt: this.#clock.now(),
    })
  }

  /** Fails the calling job: it threw outside of its own promise. False if no job called. */
  fail(thrown: unknown): boolean {
    const job = jobOfCaller()
    const running = job === undefined ? undefined : this.#running.get(job.id)
    if (job === undefined || running === undefined || running.attempt !== job.attempt) return false
    const error = failureOf(thrown)
    const { startedAt } = running
    this.#end(job.id, running, { kind: 'threw', error, verdict: 'by policy', startedAt, endedAt: this.#clock.now() })
    return true
  }

  #end(id: string, running: RunningJob, report: AttemptReport): void {
    if (this.#running.get(id) !== running) return
    this.#running.delete(id)
    this.#reports.end({ id, attempt: running.attempt, report })
    this.#startSoon()
  }

  #currentJob(assignment: JobAssignment, stop: StopSignal): CurrentJob {
    const { id, task, attempt } = assignment
    const reports = this.#reports
    const job: CurrentJob = {
      id,
      task,
      attempt,
      get signal() {
        return stop.signal
      },
      slot: assignment.slot === null ? undefined : new Date(assignment.slot),
      progress(fraction, message) {
        if (typeof fraction !== 'number' || !(fraction >= 0 && fraction <= 1)) {
          throw new UsageError('E_PROGRESS', `progress(${fraction}): the fraction is not a number from 0 to 1`)
        }
        reports.progress({ id, attempt, fraction, message: message ?? null })
      },
      log(...values) {
        runInJob(job, () => process.stdout.write(`${format(...values)}\n`))
      },
    }
    return job
  }
}

const stopMessages: Readonly<Record<StopReason, string>> = {
  timeout: 'the time limit of the job is over',
  cancelled: 'the job was cancelled',
  shutdown: 'the worker shuts down',
}
