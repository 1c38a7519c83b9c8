import { endWaiting } from './ends.js'
import { isWaiting, placeOf } from './waiting.js'
import type { Writing } from './writing.js'

/** Cancels a job that waits; asks a running one to stop; leaves an ended one. */
export function cancelJob(writing: Writing, job: number) {
  const place = placeOf(writing, job)
  if (place === null) return 'unknown'
  if (isWaiting(place)) {
    endWaiting(writing, place, null, writing.clock.now())
    return 'cancelled'
  }
  return writing.statements.requestCancel.run(job).changes > 0 ? 'requested' : 'ended'
}
