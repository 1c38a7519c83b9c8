import { NotFoundError, ProjectError, StoreUnavailableError, UsageError } from '../domain/errors.js'
import type { Job } from '../domain/job.js'

/** Every exit code of the command line, in one place. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  timedOut: 3,
  cancelled: 4,
  notFound: 5,
  storeUnavailable: 6,
  interrupted: 130,
} as const

export function exitCodeOfJob(job: Pick<Job, 'state' | 'reason'>): number {
  if (job.state === 'cancelled') return exitCodes.cancelled
  if (job.state !== 'failed') return exitCodes.done
  return job.reason === 'timeout' ? exitCodes.timedOut : exitCodes.failed
}

export function exitCodeOfError(error: unknown): number {
  if (error instanceof UsageError || error instanceof ProjectError) return exitCodes.usage
  if (error instanceof NotFoundError) return exitCodes.notFound
  if (error instanceof StoreUnavailableError) return exitCodes.storeUnavailable
  return exitCodes.failed
}
