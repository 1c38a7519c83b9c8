import type { AttemptState, Job, JobState } from '../../domain/job.js'
import { type FailedOutcome, type Outcome, type RetryOutcome, tallyOf } from '../../domain/outcome.js'
import { countedAs } from '../../domain/statistics.js'
import type { Lease } from '../store.js'
import { endJob } from './ends.js'
import type { JobRow } from './jobs.js'
import type { Tables } from './tables.js'

/** Ends one attempt, if its lease holds. */
export function settleAttempt(tables: Tables, lease: Lease, outcome: Outcome): 'settled' | 'lost' {
  const row = tables.jobs.find(lease.job)
  if (row === null || !tables.workers.holdsLease(lease.worker)) return 'lost'
  const { state, attempt, worker } = row.job
  if (state !== 'running' || attempt !== lease.attempt || worker !== lease.worker) return 'lost'
  end(tables, row, outcome)
  return 'settled'
}

/** Ends the running attempt, without a look at leases. */
export function end(tables: Tables, row: JobRow, outcome: Outcome): void {
  const { jobs, clock } = tables
  const { startedAt, endedAt, endedBy } = outcome
  const counted = countedAs(outcome)
  if (counted !== null) tables.ends.add(row.job, endedAt, counted)
  const cancelRequested = row.job.cancelRequested
  jobs.amend(row, { cancelRequested: false })
  row.attempts = attemptsAfter(row, outcome)
  switch (outcome.kind) {
    case 'completed':
      endJob(
        tables,
        row,
        { state: 'completed', resultJson: outcome.resultJson, error: null, startedAt, endedAt, endedBy },
        endedAt - startedAt,
      )
      return
    case 'cancelled':
      endJob(tables, row, { state: 'cancelled', startedAt, endedAt, endedBy }, endedAt - startedAt)
      return
    case 'failed':
      endJob(
        tables,
        row,
        { ...failed(row.job, outcome), state: 'failed', reason: outcome.reason, startedAt, endedAt, endedBy },
        endedAt - startedAt,
      )
      return
    case 'retry': {
      const state: JobState = outcome.at > clock.now() ? 'scheduled' : 'queued'
      jobs.change(row, { ...failed(row.job, outcome), state, dueAt: outcome.at, startedAt, endedBy })
      break
    }
    case 'released':
      jobs.change(row, {
        state: 'queued',
        dueAt: clock.now(),
        startedAt: outcome.started ? startedAt : null,
        suspect: outcome.suspect || row.job.suspect,
        endedBy,
      })
  }
  // The job would go back to a queue, but a cancel was requested: it ends here.
  if (cancelRequested) endJob(tables, row, { state: 'cancelled', endedAt: clock.now() }, null)
}

function attemptsAfter(row: JobRow, outcome: Outcome): JobRow['attempts'] {
  const earlier = row.attempts.slice(0, -1)
  if (outcome.kind === 'released' && !outcome.started) return earlier
  const { startedAt, endedAt, endedBy } = outcome
  const state: AttemptState = outcome.kind === 'retry' ? 'failed' : outcome.kind
  const failure = outcome.kind === 'failed' || outcome.kind === 'retry' ? outcome : null
  const { attempt, worker } = row.job
  const reason = failure?.reason ?? null
  const usage = row.attempts.at(-1)?.usage ?? null
  const error = failure?.error ?? null
  return [...earlier, { attempt, state, reason, startedAt, endedAt, error, worker, endedBy, usage }]
}

/** The error and the counters of a job after an attempt that failed. */
function failed(job: Job, { counts, error }: RetryOutcome | FailedOutcome) {
  const { failures, losses, lossesAlone, suspect, postponements } = tallyOf(counts)
  return {
    error,
    failures: job.failures + failures,
    losses: job.losses + losses,
    lossesAlone: job.lossesAlone + lossesAlone,
    suspect: suspect ?? job.suspect,
    postponements: postponements === null ? 0 : job.postponements + postponements,
  }
}
