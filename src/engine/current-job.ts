import { AsyncLocalStorage } from 'node:async_hooks'
import { UsageError } from '../domain/errors.js'
import type { JobId } from '../domain/job.js'

/** The job that the calling code runs in. */
export interface CurrentJob {
  readonly id: JobId
  /** The name of its task. */
  readonly task: string
  /** Counts every claim of this job. A worker may hand it back unstarted, so 2 does not mean that it has run before. */
  readonly attempt: number
  /** Aborts when the job is to stop: its time is over, it was cancelled, or its worker shuts down. */
  readonly signal: AbortSignal
  /** For scheduled jobs the nominal time of the slot. */
  readonly slot: Date | undefined
  /**
   * How much is done, from 0 to 1, and the last step. What is past 0 or 1 counts as that, and NaN as the fraction of the last
   * call. Throws UsageError `E_PROGRESS` if the fraction is no number, or the message no text.
   */
  progress(fraction: number, message?: string): void
  /** Writes a line to the job's output. */
  log(...values: unknown[]): void
}

const jobs = new AsyncLocalStorage<CurrentJob>()

/**
 * The running job, however deep in the call. Throws UsageError `E_OUTSIDE_JOB` outside of one, such as when a test calls the
 * function directly.
 */
export function currentJob(): CurrentJob {
  const job = jobs.getStore()
  if (job !== undefined) return job
  throw new UsageError('E_OUTSIDE_JOB', 'currentJob() was called outside a job', 'call it inside a task, while it runs')
}

/** The running job, or undefined outside of one. */
export function jobOfCaller(): CurrentJob | undefined {
  return jobs.getStore()
}

export function runInJob<T>(job: CurrentJob, run: () => T): T {
  return jobs.run(job, run)
}

const ended = new WeakSet<CurrentJob>()

/** Notes that a job has ended. What it has started may go on in its context. */
export function noteEnd(job: CurrentJob): void {
  ended.add(job)
}

export function hasEnded(job: CurrentJob): boolean {
  return ended.has(job)
}

/** Runs a function outside of any job, also when a job calls it. */
export function outsideJobs<T>(run: () => T): T {
  return jobs.exit(run)
}

const snapshot = AsyncLocalStorage.snapshot()

/**
 * Runs a function in the asynchronous context that this module was loaded in. What goes on for long must not carry the
 * context of whoever started it, such as a request, into every job.
 */
export function outsideContext<T>(run: () => T): T {
  return snapshot(run)
}
