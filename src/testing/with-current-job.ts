import { type CurrentJob, runInJob } from '../engine/current-job.js'

/**
 * Calls a function as a task is called, so that `currentJob()` has an answer in it: attempt 1 of a job `j1`, whose signal never
 * fires, but for what `job` says. Returns what the function returns.
 */
export function withCurrentJob<T>(job: Partial<CurrentJob>, run: () => T): T {
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
