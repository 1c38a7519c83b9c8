import { format } from 'node:util'
import { UsageError } from '../../domain/errors.js'
import type { EpochMs, JobId } from '../../domain/job.js'
import { written } from '../../domain/options.js'
import { clampedFraction } from '../../domain/progress.js'
import { type CurrentJob, runInJob } from '../current-job.js'
import type { AttemptId, JobAssignment, StopReason, TaskProgress } from '../ipc/messages.js'

/** Receives what a running job reports of itself. */
export interface RunningJobReports {
  progress(progress: TaskProgress): void
  /** Text for the job's output. */
  log(job: AttemptId, text: string): void
}

/**
 * A job that runs in this process, as its task sees it. What few jobs use is made at its first use: an AbortController alone
 * costs more than the rest of a small job.
 */
export class RunningJob implements CurrentJob {
  readonly id: JobId
  readonly task: string
  readonly attempt: number
  readonly slot: Date | undefined
  readonly #startedAt: EpochMs
  readonly #reports: RunningJobReports
  #controller: AbortController | null = null
  #stopReason: DOMException | null = null
  #fraction = 0

  constructor({ id, task, attempt, slot }: JobAssignment, startedAt: EpochMs, reports: RunningJobReports) {
    this.id = id
    this.task = task
    this.attempt = attempt
    this.slot = slot === null ? undefined : new Date(slot)
    this.#startedAt = startedAt
    this.#reports = reports
  }

  /** Not a property of the job: tasks may print or copy what they see. */
  static startOf(job: RunningJob): EpochMs {
    return job.#startedAt
  }

  static stop(job: RunningJob, reason: StopReason): void {
    job.#stopReason ??= new DOMException(stopMessages[reason], 'AbortError')
    // In the job: what its listeners print is its output.
    runInJob(job, () => job.#controller?.abort(job.#stopReason))
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#stopReason !== null) this.#controller.abort(this.#stopReason)
    return this.#controller.signal
  }

  // Functions, not methods: tasks take them out of the job (`const { log } = currentJob()`).
  get progress(): CurrentJob['progress'] {
    return (fraction, message) => {
      if (typeof fraction !== 'number') {
        throw new UsageError('E_PROGRESS', `progress(): the fraction is ${written(fraction)}, not a number from 0 to 1`)
      }
      if (message != null && typeof message !== 'string') {
        throw new UsageError('E_PROGRESS', `progress(): the message is ${written(message)}, not a text`)
      }
      this.#fraction = clampedFraction(fraction, this.#fraction)
      const progress = { fraction: this.#fraction, message: message ?? null }
      this.#reports.progress({ id: this.id, attempt: this.attempt, ...progress })
    }
  }

  get log(): CurrentJob['log'] {
    return (...values) => this.#reports.log(this, `${format(...values)}\n`)
  }
}

const stopMessages: Readonly<Record<StopReason, string>> = {
  timeout: 'the time limit of the job is over',
  cancelled: 'the job was cancelled',
  shutdown: 'the worker shuts down',
}
