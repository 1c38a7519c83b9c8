import type { EpochMs } from '../../domain/job.js'
import { lostInputError } from '../losses.js'
import { stateCodes } from './codes.js'
import { endWaiting, type WaitingFailure } from './ends.js'
import { type CurrentPlace, placeOf, startWaiting, stopWaiting } from './waiting.js'
import type { Writing } from './writing.js'

/**
 * Frees at most `limit` waiting jobs that only a worker could run which is gone, and fails those that end with it.
 */
export function endReservations(
  writing: Writing,
  worker: number,
  limit: number,
): { readonly count: number; readonly buried: number } {
  const { statements, clock } = writing
  const now = clock.now()
  const lost: WaitingFailure = { reason: 'lost', error: lostInputError(`w${worker}`) }
  const rows = statements.waitingFor.all(worker, worker, limit) as ReservedRow[]
  let buried = 0
  for (const { job, dueAt, lostWithWorker } of rows) {
    const place = placeOf(writing, job)
    if (place === null) continue
    if (lostWithWorker === 0) {
      free(writing, place, dueAt)
      continue
    }
    endWaiting(writing, place, lost, now)
    buried++
  }
  return { count: rows.length, buried }
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
