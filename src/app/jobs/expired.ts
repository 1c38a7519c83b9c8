import type { EpochMs, Job } from '../../domain/job.js'
import { expiredError } from '../../stores/losses.js'

/**
 * A job as it is at that time: one that was not started in time has failed, though no worker has come by to end it. Nothing
 * starts it any more, and whoever follows it must not wait for a worker.
 */
export function jobAt(job: Job, now: EpochMs): Job {
  const { state, attempt, expiresAt } = job
  const isWaiting = state === 'queued' || state === 'scheduled'
  if (!isWaiting || attempt > 0 || expiresAt === null || expiresAt > now) return job
  return { ...job, state: 'failed', reason: 'expired', error: expiredError, endedAt: expiresAt }
}
