import type { EpochMs } from '../../domain/job.js'
import { lostInputError } from '../losses.js'
import { stateCodes } from './codes.js'
import { endWaiting, type WaitingFailure } from './ends.js'
import { type CurrentPlace, placeOf, startWaiting, stopWaiting } from './waiting.js'
import type { Writing } from './writing.js'

/**
 * What waits for a worker that is gone: it is anybody's from now on, but for the jobs that end with that worker. Answers how
 * many those are.
 */
export function endReservations(writing: Writing, worker: number): number {
  const { statements, clock } = writing
  const now = clock.now()
  const lost: WaitingFailure = { reason: 'lost', error: lostInputError(`w${worker}`) }
  let buried = 0
  for (const { job, dueAt, lostWithWorker } of statements.waitingFor.all(worker, worker) as ReservedRow[]) {
    const place = placeOf(writing, job)
    if (place === null) continue
    if (lostWithWorker === 0) {
      free(writing, place, dueAt)
      continue
    }
    endWaiting(writing, place, lost, now)
    buried++
  }
  return buried
}

interface ReservedRow {
  readonly job: number
  readonly dueAt: EpochMs
  readonly lostWithWorker: 0 | 1
}

function free(writing: Writing, place: CurrentPlace, dueAt: EpochMs): void {
  stopWaiting(writing, place)
  writing.statements.freeJob.run(place.job)
  startWaiting(
    writing,
    { ...place, reservedFor: null },
    place.state === stateCodes.scheduled ? 'scheduled' : 'queued',
    dueAt,
  )
}
