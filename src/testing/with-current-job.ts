import { refuseUnknownOptions } from '../domain/options.js'
import { type CurrentJob, runInJob } from '../engine/current-job.js'

const fields: readonly (keyof CurrentJob)[] = ['id', 'task', 'attempt', 'signal', 'slot', 'progress', 'log']

/**
 * Calls a function as a task is called, so that `currentJob()` has an answer in it: attempt 1 of a job `j1`, whose signal never
 * fires, but for what `job` says. Returns what the function returns.
 * Throws UsageError if a job has no such field.
 */
export function withCurrentJob<T>(job: Partial<CurrentJob>, run: () => T): T {
  refuseUnknownOptions(job, fields, 'withCurrentJob()')
  const plain: CurrentJob = {
    id: 'j1',
    task: 'test',
    attempt: 1,
    signal: new AbortController().signal,
    slot: undefined,
    progress: () => {},
    log: () => {},
  }
  return runInJob({ ...plain, ...job }, run)
}
