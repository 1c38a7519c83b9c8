import type { JobError } from '../../domain/failure.js'
import type { EpochMs, FailureReason } from '../../domain/job.js'
import type { CompletedOutcome, Outcome } from '../../domain/outcome.js'
import { shellTask } from '../../domain/shell-task.js'
import type { Lease } from '../store.js'
import { endedByCodes, reasonCodes, stateCodes } from './codes.js'
import { countedTaskOf } from './counted-task.js'
import { addFailure } from './failures.js'
import { ManyRows } from './many-rows.js'
import { jobNumber, workerNumber } from './rows.js'
import { endSlots, endSlotsOfMany } from './slot-ends.js'
import { type CurrentPlace, stopWaiting } from './waiting.js'
import type { Writing } from './writing.js'

export interface Completion {
  readonly lease: Lease
  readonly outcome: CompletedOutcome
}

/** Writes that jobs have completed, each with its number. They are in `running` no more. */
export function writeCompleted(writing: Writing, ends: readonly Completion[], jobs: readonly number[]): void {
  const { statements, names, counters } = writing
  const rows = new ManyRows(8)
  const { values } = rows
  ends.forEach(({ lease, outcome }, index) => {
    const queue = names.queue(lease.queue)
    const { startedAt, endedAt, resultJson } = outcome
    values.push(jobs[index] ?? null, names.task(lease.task), queue, lease.attempt, workerNumber(lease.worker))
    values.push(startedAt, endedAt, resultJson)
    counters.add(queue, 'completed', 1)
  })
  rows.write(statements.insertCompleted, statements.insertCompletedOne)
  endSlotsOfMany(writing, jobs)
}

/** Writes that a job that ran has failed or was cancelled. It is in `running` no more. */
export function writeEnd(
  writing: Writing,
  { job, attempt, worker, task, queue }: Lease,
  outcome: Extract<Outcome, { readonly kind: 'failed' | 'cancelled' }>,
): void {
  const { startedAt, endedAt } = outcome
  insertEnd(
    writing,
    { job: jobNumber(job), task: writing.names.task(task), queue: writing.names.queue(queue), attempt },
    failureName(writing, jobNumber(job), task),
    outcome.kind === 'failed' ? outcome : null,
    { worker: workerNumber(worker), startedAt, endedBy: endedByCodes[outcome.endedBy] },
    endedAt,
  )
}

/** Why a waiting job fails. */
export interface WaitingFailure {
  readonly reason: FailureReason
  readonly error: JobError
}

/** Ends a waiting job where it is. `failure`: null if it is cancelled. */
export function endWaiting(
  writing: Writing,
  place: CurrentPlace,
  failure: WaitingFailure | null,
  endedAt: EpochMs,
): void {
  stopWaiting(writing, place)
  // What the attempts before have left stays where it is.
  const name = writing.names.taskName(place.task)
  const group = failure === null ? place.task : failureName(writing, place.job, name)
  insertEnd(writing, place, group, failure, { worker: null, startedAt: null, endedBy: null }, endedAt)
  if (failure === null) return
  const task = countedTaskOf(writing, place.job, name)
  writing.statistics.add(task, place.queue, endedAt, { count: failure.reason, durationMs: null })
}

/** The number of the name that failures of a job are grouped under: of a command that of its schedule. */
function failureName(writing: Writing, job: number, task: string): number {
  return task === shellTask ? countedTaskOf(writing, job, task) : writing.names.task(task)
}

/** `group`: the name that its failure is grouped under. */
function insertEnd(
  writing: Writing,
  { job, task, queue, attempt }: Pick<CurrentPlace, 'job' | 'task' | 'queue' | 'attempt'>,
  group: number,
  failure: WaitingFailure | null,
  lastAttempt: {
    readonly worker: number | null
    readonly startedAt: EpochMs | null
    readonly endedBy: number | null
  },
  endedAt: EpochMs,
): void {
  const state = failure === null ? 'cancelled' : 'failed'
  writing.statements.insertEnd.run({
    job,
    state: stateCodes[state],
    task,
    queue,
    attempt,
    ...lastAttempt,
    endedAt,
    reason: failure === null ? null : reasonCodes[failure.reason],
    error: failure === null ? null : JSON.stringify(failure.error),
    failure: failure === null ? null : addFailure(writing, job, group, failure.error, endedAt),
  })
  writing.counters.add(queue, state, 1)
  endSlots(writing, job)
  if (failure !== null) writing.failed.push(job)
}
