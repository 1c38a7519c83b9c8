import type { JobError } from '../domain/failure.js'
import type { WorkerId } from '../domain/job.js'

/** What every store writes about jobs that did not end by themselves. */
export const expiredError: JobError = {
  name: 'Expired',
  message: 'the job was not started before it expired',
  stack: null,
}

export function lostWorkerError(worker: WorkerId): JobError {
  return { name: 'WorkerLost', message: `worker ${worker} died or stopped answering while the job ran`, stack: null }
}
