import { OffstageError } from '../domain/errors.js'
import type { JobError } from '../domain/failure.js'
import type { WorkerId } from '../domain/job.js'

/** What every store writes about jobs that did not end by themselves. */
export const expiredError: JobError = {
  name: 'Expired',
  message: 'the job was not started before it expired',
  stack: null,
}

/** Refuses a job that only one worker can run, where that one is gone. */
export function goneWorkerError(worker: WorkerId): OffstageError {
  return new OffstageError('E_WORKER_GONE', `worker ${worker}, which alone could run the job, is gone`, 'run it again')
}

/** Of a job that had to end with the worker that it was reserved for. */
export function lostInputError(worker: WorkerId): JobError {
  const message = `worker ${worker} ended, and the input of the job with it: it is not run without`
  return { name: 'WorkerLost', message, stack: null }
}

/** Of a running job whose worker is gone. */
export function lostWorkerError(worker: WorkerId, lostWithWorker: boolean): JobError {
  if (lostWithWorker) return lostInputError(worker)
  return { name: 'WorkerLost', message: `worker ${worker} died or stopped answering while the job ran`, stack: null }
}
