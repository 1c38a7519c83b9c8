import type { EpochMs } from '../../domain/job.js'
import type { Counting } from '../counting.js'
import { lostInputError } from '../losses.js'
import { stateCodes } from './codes.js'
import { endWaiting, type WaitingEnd } from './ends.js'
import { type CurrentPlace, placeOf, startWaiting, stopWaiting } from './waiting.js'
import type { Writing } from './writing.js'

/**
 * What waits for a worker that is gone: it is anybody's from now on, but for the jobs that end with that worker. Answers how
 * many those are.
 */
export function endReservations(writing: Writing, worker: number, counting: Counting): number {
  const { statements, clock, names } = writing
  const now = clock.now()
  const lost: WaitingEnd = { state: 'failed', reason: 'lost', error: JSON.stringify(lostInputError(`w${worker}`)) }
  let buried = 0
  for (const { job, dueAt, lostWithWorker } of statements.waitingFor.all(worker, worker) as ReservedRow[]) {
    const place = placeOf(writing, job)
    if (place === null) continue
    if (lostWithWorker === 0) {
      free(writing, place, dueAt)
      continue
    }
    endWaiting(writing, place, lost, now)
    const of = { task: names.taskName(place.task), queue: names.queueName(place.queue) }
    counting.add(of, now, { count: 'failed', durationMs: null })
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
