import type { EpochMs, Job } from '../../domain/job.js'
import { expiredError } from '../../stores/losses.js'
import type { JobReader } from '../../stores/store.js'

/**
 * A job as it is at that time: one that was not started in time has failed, though no worker has come by to end it. Nothing
 * starts it any more, and whoever follows it must not wait for a worker.
 */
export async function jobAt(store: Pick<JobReader, 'attempts'>, job: Job, now: EpochMs): Promise<Job> {
  const { id, state, attempt, expiresAt } = job
  const isWaiting = state === 'queued' || state === 'scheduled'
  if (!isWaiting || expiresAt === null || expiresAt > now) return job
  // It may have been claimed, and given back before it started.
  if (attempt > 0 && (await store.attempts(id)).length > 0) return job
  return { ...job, state: 'failed', reason: 'expired', error: expiredError, endedAt: expiresAt }
}
