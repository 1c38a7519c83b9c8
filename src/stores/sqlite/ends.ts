import type { EpochMs, FailureReason } from '../../domain/job.js'
import type { CompletedOutcome, Outcome } from '../../domain/outcome.js'
import type { Lease } from '../store.js'
import { endedByCodes, reasonCodes, stateCodes } from './codes.js'
import { ManyRows } from './many-rows.js'
import { jobNumber, workerNumber } from './rows.js'
import { type CurrentPlace, stopWaiting } from './waiting.js'
import type { Writing } from './writing.js'

export interface Completion {
  readonly lease: Lease
  readonly outcome: CompletedOutcome
}

/** Writes that jobs have completed, which are in `running` no more. */
export function writeCompleted({ statements, names, counters }: Writing, ends: readonly Completion[]): void {
  const rows = new ManyRows(8)
  for (const { lease, outcome } of ends) {
    const queue = names.queue(lease.queue)
    const { startedAt, endedAt, resultJson } = outcome
    const [job, worker] = [jobNumber(lease.job), workerNumber(lease.worker)]
    rows.add(job, names.task(lease.task), queue, lease.attempt, worker, startedAt, endedAt, resultJson)
    counters.add(queue, 'completed', 1)
  }
  rows.write(statements.insertCompleted, statements.insertCompletedOne)
}

/** Writes that a job that ran has failed or was cancelled, which is in `running` no more. */
export function writeEnd(
  { statements, names, counters }: Writing,
  { job, attempt, worker, task, queue }: Lease,
  outcome: Extract<Outcome, { readonly kind: 'failed' | 'cancelled' }>,
): void {
  const { startedAt, endedAt, endedBy, kind } = outcome
  const queueId = names.queue(queue)
  const failure = kind === 'failed' ? outcome : null
  statements.insertEnd.run({
    job: jobNumber(job),
    state: stateCodes[kind],
    task: names.task(task),
    queue: queueId,
    attempt,
    worker: workerNumber(worker),
    startedAt,
    endedAt,
    endedBy: endedByCodes[endedBy],
    reason: failure === null ? null : reasonCodes[failure.reason],
    error: failure === null ? null : JSON.stringify(failure.error),
  })
  counters.add(queueId, kind, 1)
}

/** How a job ends that waits. */
export type WaitingEnd =
  | { readonly state: 'cancelled'; readonly reason: null; readonly error: null }
  | { readonly state: 'failed'; readonly reason: FailureReason; readonly error: string }

export const cancelled: WaitingEnd = { state: 'cancelled', reason: null, error: null }

/** Ends a job that waits, where it is. */
export function endWaiting(writing: Writing, place: CurrentPlace, end: WaitingEnd, endedAt: EpochMs): void {
  stopWaiting(writing, place)
  const { job, task, queue, attempt } = place
  const reason = end.reason === null ? null : reasonCodes[end.reason]
  // What the attempts before have left stays where it is.
  const lastAttempt = { worker: null, startedAt: null, endedBy: null }
  const state = stateCodes[end.state]
  writing.statements.insertEnd.run({
    job,
    state,
    task,
    queue,
    attempt,
    ...lastAttempt,
    endedAt,
    reason,
    error: end.error,
  })
  writing.counters.add(queue, end.state, 1)
}
