import type { JobError } from '../../domain/failure.js'
import type { Attempt, EpochMs, FailureReason, Job, NewJob } from '../../domain/job.js'
import { type FailedOutcome, type Outcome, tallyOf } from '../../domain/outcome.js'
import type { Lease } from '../store.js'
import type { Context } from './context.js'
import { attemptsOf, jobOf, type StoredJob } from './job-fields.js'
import { storedJobs } from './stored-jobs.js'

/** For each end, the notification of the job that fails with it; null if there is none. */
export async function notificationsOfEnds(
  context: Context,
  ends: readonly { readonly lease: Lease; readonly outcome: Outcome }[],
): Promise<readonly (NewJob | null)[]> {
  const failing = ends.flatMap(({ lease, outcome }) => (outcome.kind === 'failed' ? [lease.job] : []))
  if (context.notificationOf === null || failing.length === 0) return []
  const stored = new Map((await storedJobs(context, failing)).map((job) => [`j${job.number}`, job]))
  return Promise.all(
    ends.map(async ({ lease, outcome }) => {
      const job = stored.get(lease.job)
      return job === undefined || outcome.kind !== 'failed' ? null : notificationOfEnd(context, job, outcome)
    }),
  )
}

/** The notification of a running job that fails with this outcome. */
export async function notificationOfEnd(
  context: Context,
  stored: StoredJob,
  outcome: FailedOutcome,
): Promise<NewJob | null> {
  const { reason, error, startedAt, endedAt, endedBy } = outcome
  const job = jobOf(stored)
  const { failures, losses, lossesAlone, suspect, postponements } = tallyOf(outcome.counts)
  const failed: Job = {
    ...job,
    state: 'failed',
    reason,
    error,
    startedAt,
    endedAt,
    endedBy,
    failures: job.failures + failures,
    losses: job.losses + losses,
    lossesAlone: job.lossesAlone + lossesAlone,
    suspect: suspect ?? job.suspect,
    postponements: postponements === null ? 0 : job.postponements + postponements,
    cancelRequested: false,
  }
  const attempts = attemptsOf(stored).map(
    (each): Attempt =>
      each.state === 'running' ? { ...each, state: 'failed', reason, error, startedAt, endedAt, endedBy } : each,
  )
  return notificationOf(context, failed, attempts)
}

/** The notification of a waiting job that fails without having run. */
export function notificationOfBurial(
  context: Context,
  stored: StoredJob,
  reason: FailureReason,
  error: JobError,
  endedAt: EpochMs,
): Promise<NewJob | null> {
  const failed: Job = { ...jobOf(stored), state: 'failed', reason, error, endedAt }
  return notificationOf(context, failed, attemptsOf(stored))
}

async function notificationOf(context: Context, job: Job, attempts: readonly Attempt[]): Promise<NewJob | null> {
  if (context.notificationOf === null) return null
  const notify = job.schedule === null ? null : await context.notifyOfSchedule(job.schedule.name)
  return context.notificationOf({ job, attempts, notify })
}
