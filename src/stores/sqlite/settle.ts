import type { Clock } from '../../domain/clock.js'
import type { EpochMs } from '../../domain/job.js'
import {
  type FailedOutcome,
  type Outcome,
  type ReleasedOutcome,
  type RetryOutcome,
  tallyOf,
} from '../../domain/outcome.js'
import { countedAs } from '../../domain/statistics.js'
import { Counting } from '../counting.js'
import type { Lease } from '../store.js'
import { holdsLease } from './claim.js'
import { jobNumber, workerNumber } from './rows.js'
import type { Statements } from './statements.js'
import { addStatistics } from './statistics.js'

interface End {
  readonly lease: Lease
  readonly outcome: Outcome
}

/** Ends attempts; the ones whose lease is over are answered `lost` and leave no trace. */
export function settleAttempts(
  statements: Statements,
  clock: Clock,
  ends: readonly End[],
): readonly ('settled' | 'lost')[] {
  const holders = new Map<string, boolean>()
  const counting = new Counting()
  const answers = ends.map(({ lease, outcome }) => {
    let holds = holders.get(lease.worker)
    if (holds === undefined) {
      holds = holdsLease(statements, clock, workerNumber(lease.worker))
      holders.set(lease.worker, holds)
    }
    return holds && settle(statements, clock, lease, outcome, counting) ? 'settled' : 'lost'
  })
  addStatistics(statements, counting)
  return answers
}

/** Writes one end; false if the lease does not name the running attempt. Does not look at the worker's lease. */
export function settle(
  statements: Statements,
  clock: Clock,
  lease: Lease,
  outcome: Outcome,
  counting: Counting,
): boolean {
  const isSettled = write(statements, clock, lease, outcome)
  const counted = isSettled ? countedAs(outcome) : null
  if (counted !== null) counting.add(lease, outcome.endedAt, counted)
  return isSettled
}

function write(statements: Statements, clock: Clock, lease: Lease, outcome: Outcome): boolean {
  const { startedAt, endedAt, endedBy } = outcome
  const [job, attempt, worker] = [jobNumber(lease.job), lease.attempt, workerNumber(lease.worker)]
  if (outcome.kind === 'completed') {
    const { resultJson } = outcome
    return isDone(statements.settleCompleted.run(resultJson, startedAt, endedAt, endedBy, job, attempt, worker))
  }
  const key = { job, attempt, worker, startedAt, endedBy }
  switch (outcome.kind) {
    case 'cancelled':
      return isDone(statements.settleEnded.run({ ...key, endedAt, state: 'cancelled', reason: null, ...added(null) }))
    case 'failed': {
      const { reason } = outcome
      return isDone(statements.settleEnded.run({ ...key, endedAt, state: 'failed', reason, ...added(outcome) }))
    }
    case 'retry':
    case 'released':
      return settleAgain(statements, clock, key, outcome)
  }
}

function isDone({ changes }: { readonly changes: number }): boolean {
  return changes > 0
}

interface AttemptKey {
  readonly job: number
  readonly attempt: number
  readonly worker: number
  readonly startedAt: EpochMs
  readonly endedBy: string
}

/** The job goes back to wait: the attempt moves to the attempts table, unless its code never ran. */
function settleAgain(
  statements: Statements,
  clock: Clock,
  attempt: AttemptKey,
  outcome: RetryOutcome | ReleasedOutcome,
): boolean {
  const now = clock.now()
  const retry = outcome.kind === 'retry' ? outcome : null
  const ran = retry !== null || (outcome.kind === 'released' && outcome.started)
  const changed = statements.settleAgain.run({
    ...attempt,
    startedAt: ran ? attempt.startedAt : null,
    state: retry !== null && retry.at > now ? 'scheduled' : 'queued',
    dueAt: retry?.at ?? now,
    ...added(retry),
  }).changes
  if (changed === 0) return false
  if (ran) {
    const state = retry === null ? 'released' : 'failed'
    const error = retry === null ? null : JSON.stringify(retry.error)
    const reason = retry?.reason ?? null
    statements.insertAttempt.run({ ...attempt, state, reason, error, endedAt: outcome.endedAt })
  }
  statements.cancelAskedFor.run({ job: attempt.job, now })
  return true
}

/** What an outcome adds to the counters of its job, and its error. */
function added(outcome: RetryOutcome | FailedOutcome | null) {
  if (outcome === null) return { error: null, failure: 0, loss: 0, lossAlone: 0, suspect: null }
  const { failures, losses, lossesAlone, suspect } = tallyOf(outcome.counts)
  return {
    error: JSON.stringify(outcome.error),
    failure: failures,
    loss: losses,
    lossAlone: lossesAlone,
    suspect: suspect === null ? null : Number(suspect),
  }
}
