import type { EpochMs } from '../../domain/job.js'
import { stateCodes } from './codes.js'
import type { Writing } from './writing.js'

/** Where a job is or was, as far as its rows in the tables of the places go. */
export interface Place {
  readonly job: number
  readonly queue: number
  readonly task: number
  readonly rank: number
  /** The worker that alone may take it. */
  readonly reservedFor: number | null
  /** How often it was claimed. */
  readonly attempt: number
}

export interface CurrentPlace extends Place {
  /** The number of its state. */
  readonly state: number
}

export function placeOf({ statements }: Writing, job: number): CurrentPlace | null {
  return (statements.place.get(job) as CurrentPlace | undefined) ?? null
}

export function isWaiting({ state }: CurrentPlace): boolean {
  return state === stateCodes.scheduled || state === stateCodes.queued
}

/** The job waits from now on: to be taken, since it was due, or `scheduled` until it is. */
export function startWaiting(
  { statements, counters }: Writing,
  place: Place,
  state: 'scheduled' | 'queued',
  dueAt: EpochMs,
): void {
  const { job, queue, task, rank, reservedFor, attempt } = place
  if (state === 'scheduled') {
    statements.insertScheduled.run(job, dueAt, attempt, reservedFor)
    counters.add(queue, 'scheduled', 1)
  } else if (reservedFor !== null) statements.insertReserved.run(reservedFor, rank, job, attempt, queue, dueAt)
  else {
    statements.insertReady.run(queue, task, rank, job, attempt, dueAt)
    counters.addReady(queue, task, 1)
  }
}

/** The job waits no more. */
export function stopWaiting({ statements, counters }: Writing, place: CurrentPlace): void {
  const { job, queue, task, rank, reservedFor, state } = place
  if (state === stateCodes.scheduled) {
    statements.deleteScheduled.run(job)
    counters.add(queue, 'scheduled', -1)
    return
  }
  if (reservedFor !== null) {
    statements.deleteReserved.run(reservedFor, rank, job)
    return
  }
  statements.deleteReady.run(queue, task, rank, job)
  counters.addReady(queue, task, -1)
}
