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
import { atOnce, type Statements } from './statements.js'
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
  const holds = ({ worker }: Lease) => {
    const known = holders.get(worker) ?? holdsLease(statements, clock, workerNumber(worker))
    holders.set(worker, known)
    return known
  }
  const counting = new Counting()
  const answers: ('settled' | 'lost')[] = []
  const one = ({ lease, outcome }: End) =>
    holds(lease) && settle(statements, clock, lease, outcome, counting) ? 'settled' : 'lost'
  for (let first = 0; first < ends.length; first += atOnce) {
    const some = ends.slice(first, first + atOnce)
    if (some.every(({ lease }) => holds(lease)) && completeAll(statements, some)) {
      for (const { lease, outcome } of some) count(counting, lease, outcome)
      answers.push(...some.map(() => 'settled' as const))
    } else answers.push(...some.map(one))
  }
  addStatistics(statements, counting)
  return answers
}

/**
 * Writes as many ends as one statement takes, which costs two thirds of one by one. False if they are fewer, if not all
 * are completions by one worker, or if one of the leases does not name the running attempt; then nothing is written.
 */
function completeAll(statements: Statements, ends: readonly End[]): boolean {
  const [first] = ends
  if (first === undefined || ends.length < atOnce) return false
  const { worker } = first.lease
  const values: (string | number)[] = []
  for (const { lease, outcome } of ends) {
    if (outcome.kind !== 'completed' || lease.worker !== worker) return false
    values.push(jobNumber(lease.job), lease.attempt, outcome.resultJson, outcome.startedAt, outcome.endedAt)
  }
  statements.beginEnds.run()
  const isAll = statements.settleManyCompleted.run(values, workerNumber(worker)).changes === ends.length
  if (!isAll) statements.undoEnds.run()
  statements.keepEnds.run()
  return isAll
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
  if (isSettled) count(counting, lease, outcome)
  return isSettled
}

function count(counting: Counting, lease: Lease, outcome: Outcome): void {
  const counted = countedAs(outcome)
  if (counted !== null) counting.add(lease, outcome.endedAt, counted)
}

function write(statements: Statements, clock: Clock, lease: Lease, outcome: Outcome): boolean {
  const { startedAt, endedAt, endedBy } = outcome
  const [job, attempt, worker] = [jobNumber(lease.job), lease.attempt, workerNumber(lease.worker)]
  if (outcome.kind === 'completed') {
    const { resultJson } = outcome
    return isDone(statements.settleCompleted.run(resultJson, startedAt, endedAt, job, attempt, worker))
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
    ...(retry === null && outcome.kind === 'released' && outcome.suspect ? { suspect: 1 } : {}),
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
  if (outcome === null) return { error: null, failure: 0, loss: 0, lossAlone: 0, suspect: null, postponement: 0 }
  const { failures, losses, lossesAlone, suspect, postponements } = tallyOf(outcome.counts)
  return {
    error: JSON.stringify(outcome.error),
    failure: failures,
    loss: losses,
    lossAlone: lossesAlone,
    suspect: suspect === null ? null : Number(suspect),
    postponement: postponements,
  }
}
