import type { JobState } from '../../domain/job.js'
import type { CancelAnswer } from '../store.js'
import { stateCodes } from './codes.js'
import { endWaiting } from './ends.js'
import { isWaiting, placeOf } from './waiting.js'
import type { Writing } from './writing.js'

/** Cancels a job that waits; asks a running one to stop; leaves an ended one, and one in another state than `states`. */
export function cancelJob(writing: Writing, job: number, states?: readonly JobState[]): CancelAnswer {
  const place = placeOf(writing, job)
  if (place === null) return 'unknown'
  if (states?.some((state) => stateCodes[state] === place.state) === false) return 'changed'
  if (isWaiting(place)) {
    endWaiting(writing, place, null, writing.clock.now())
    return 'cancelled'
  }
  return writing.statements.requestCancel.run(job).changes > 0 ? 'requested' : 'ended'
}
