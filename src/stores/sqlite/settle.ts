import type { WorkerId } from '../../domain/job.js'
import {
  type FailedOutcome,
  type Outcome,
  type ReleasedOutcome,
  type RetryOutcome,
  tallyOf,
} from '../../domain/outcome.js'
import { countedAs } from '../../domain/statistics.js'
import type { Lease } from '../store.js'
import { endedByCodes, reasonCodes } from './codes.js'
import { countedTask } from './counted-task.js'
import { type Completion, endWaiting, writeCompleted, writeEnd } from './ends.js'
import { holdsLease } from './leases.js'
import { atOnce } from './many-rows.js'
import { jobNumber, workerNumber } from './rows.js'
import type { Statements } from './statements.js'
import { placeOf, startWaiting } from './waiting.js'
import type { Writing } from './writing.js'

interface End {
  readonly lease: Lease
  readonly outcome: Outcome
}

/** Ends attempts; the ones whose lease is over are answered `lost` and leave no trace. */
export function settleAttempts(writing: Writing, ends: readonly End[]): readonly ('settled' | 'lost')[] {
  const held = heldLeases(writing, ends)
  const completions = ends.filter((end): end is Completion => held(end.lease) && end.outcome.kind === 'completed')
  const areTogether = completions.length > 1 && completeAll(writing, completions)
  if (areTogether) for (const { lease, outcome } of completions) count(writing, lease, outcome)
  return ends.map(({ lease, outcome }) => {
    if (!held(lease)) return 'lost'
    if (areTogether && outcome.kind === 'completed') return 'settled'
    return settle(writing, lease, outcome) ? 'settled' : 'lost'
  })
}

/** Whether the worker of a lease holds its own: looked at once for each worker. */
function heldLeases({ statements, clock }: Writing, ends: readonly End[]): (lease: Lease) => boolean {
  const workers = new Set(ends.map(({ lease }) => lease.worker))
  const holders = new Set([...workers].filter((worker) => holdsLease(statements, clock, workerNumber(worker))))
  return ({ worker }) => holders.has(worker)
}

/**
 * Writes completions many at a time, which costs half of one by one. False if one of the leases does not name the running
 * attempt; nothing is written then.
 */
function completeAll(writing: Writing, ends: readonly Completion[]): boolean {
  const { statements } = writing
  const jobs = ends.map(({ lease }) => jobNumber(lease.job))
  statements.beginEnds.run()
  let left = 0
  for (const { worker, attempt, jobs: some } of byAttempt(ends, jobs)) {
    left += leaveRunning(statements, workerNumber(worker), attempt, some)
  }
  const areAll = left === ends.length
  if (!areAll) statements.undoEnds.run()
  statements.keepEnds.run()
  if (areAll) writeCompleted(writing, ends, jobs)
  return areAll
}

interface Group {
  readonly worker: WorkerId
  readonly attempt: number
  readonly jobs: number[]
}

/** The jobs whose leases are of the same worker and attempt. There are few such groups, and jobs of one come in a row. */
function byAttempt(ends: readonly Completion[], jobs: readonly number[]): readonly Group[] {
  const groups: Group[] = []
  let last: Group | undefined
  ends.forEach(({ lease: { worker, attempt } }, index) => {
    if (last?.worker !== worker || last.attempt !== attempt) last = groupOf(groups, worker, attempt)
    last.jobs.push(jobs[index] ?? nobody)
  })
  return groups
}

function groupOf(groups: Group[], worker: WorkerId, attempt: number): Group {
  const known = groups.find((group) => group.worker === worker && group.attempt === attempt)
  if (known !== undefined) return known
  const group = { worker, attempt, jobs: [] }
  groups.push(group)
  return group
}

// A number that no job has.
const nobody = -1

/** Takes jobs out of those that run, if that is the attempt and worker by which they do; answers how many. */
function leaveRunning(statements: Statements, worker: number, attempt: number, jobs: readonly number[]): number {
  let left = 0
  for (let first = 0; first < jobs.length; first += atOnce) {
    const some = jobs.slice(first, first + atOnce)
    while (some.length < atOnce) some.push(nobody)
    left += statements.leaveRunningMany.run(worker, attempt, some).changes
  }
  return left
}

/** Writes one end; false if the lease does not name the running attempt. Does not look at the worker's lease. */
export function settle(writing: Writing, lease: Lease, outcome: Outcome): boolean {
  const left = writing.statements.leaveRunning.get(jobNumber(lease.job), lease.attempt, workerNumber(lease.worker))
  if (left === undefined) return false
  count(writing, lease, outcome)
  switch (outcome.kind) {
    case 'completed':
      writeCompleted(writing, [{ lease, outcome }], [jobNumber(lease.job)])
      return true
    case 'failed':
      addTrouble(writing, lease, outcome, null)
      writeEnd(writing, lease, outcome)
      return true
    case 'cancelled':
      writeEnd(writing, lease, outcome)
      return true
    case 'retry':
    case 'released':
      waitAgain(writing, lease, outcome, (left as { readonly cancel_requested: 0 | 1 }).cancel_requested === 1)
      return true
  }
}

function count(writing: Writing, lease: Lease, outcome: Outcome): void {
  const { statistics, names } = writing
  const counted = countedAs(outcome)
  if (counted === null) return
  statistics.add(countedTask(writing, lease), names.queue(lease.queue), outcome.endedAt, counted)
}

/** The job goes back to wait, and its attempt is kept unless its code never ran. */
function waitAgain(
  writing: Writing,
  lease: Lease,
  outcome: RetryOutcome | ReleasedOutcome,
  cancelRequested: boolean,
): void {
  const { statements, clock } = writing
  const now = clock.now()
  const dueAt = outcome.kind === 'retry' ? outcome.at : now
  addTrouble(writing, lease, outcome, dueAt)
  if (outcome.kind === 'retry' || outcome.started) addAttempt(writing, lease, outcome)
  const job = jobNumber(lease.job)
  const place = placeOf(writing, job)
  if (place === null) throw new Error(`job ${job} ran, but is nowhere`)
  startWaiting(writing, { ...place, attempt: lease.attempt }, dueAt > now ? 'scheduled' : 'queued', dueAt)
  // A sweep may have dropped it while the job ran.
  if (outcome.kind === 'released' && !outcome.started) statements.expireAgain.run(job)
  // A job that was asked to stop but goes back to a queue stops there.
  if (!cancelRequested) return
  const again = placeOf(writing, job)
  if (again !== null) endWaiting(writing, again, null, now)
}

function addAttempt({ statements }: Writing, lease: Lease, outcome: RetryOutcome | ReleasedOutcome): void {
  const retry = outcome.kind === 'retry' ? outcome : null
  statements.insertAttempt.run({
    job: jobNumber(lease.job),
    attempt: lease.attempt,
    reason: retry === null ? null : reasonCodes[retry.reason],
    startedAt: outcome.startedAt,
    endedAt: outcome.endedAt,
    worker: workerNumber(lease.worker),
    error: retry === null ? null : JSON.stringify(retry.error),
    endedBy: endedByCodes[outcome.endedBy],
  })
}

/** Adds an attempt that did not end well to what is known of its job. `dueAt` is for when it waits; null: as it was. */
function addTrouble(
  { statements }: Writing,
  lease: Lease,
  outcome: RetryOutcome | FailedOutcome | ReleasedOutcome,
  dueAt: number | null,
): void {
  const failure = outcome.kind === 'released' ? null : outcome
  const { failures, losses, lossesAlone, suspect, postponements } = failure === null ? nothing : tallyOf(failure.counts)
  const isSuspect = outcome.kind === 'released' && outcome.suspect ? true : suspect
  const ran = outcome.kind !== 'released' || outcome.started
  statements.addTrouble.run({
    job: jobNumber(lease.job),
    failures,
    losses,
    lossesAlone,
    postponements,
    suspect: isSuspect === null ? null : Number(isSuspect),
    error: outcome.kind === 'retry' ? JSON.stringify(outcome.error) : null,
    dueAt,
    worker: workerNumber(lease.worker),
    startedAt: ran ? outcome.startedAt : null,
    endedBy: endedByCodes[outcome.endedBy],
  })
}

const nothing = { failures: 0, losses: 0, lossesAlone: 0, suspect: null, postponements: 0 } as const
