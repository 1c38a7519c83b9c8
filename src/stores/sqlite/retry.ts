import type { Retried } from '../store.js'
import { stateCodes } from './codes.js'
import type { CountedState } from './counters.js'
import { keyHolder } from './enqueue.js'
import { buryIfExpired } from './expiry.js'
import { isWaiting, placeOf, startWaiting } from './waiting.js'
import type { Writing } from './writing.js'

interface RetriedRow {
  readonly uniqueKey: string | null
  readonly lostWithWorker: 0 | 1
}

/** Puts a failed or cancelled job back on its queue, for any worker; says why if it cannot. */
export function retryJob(writing: Writing, job: number): Retried {
  const { statements, clock, counters } = writing
  buryIfExpired(writing, job)
  const place = placeOf(writing, job)
  if (place === null) return 'unknown'
  if (isWaiting(place)) return 'waiting'
  if (place.state === stateCodes.running) return 'running'
  if (place.state === stateCodes.completed) return 'completed'
  const { uniqueKey, lostWithWorker } = statements.retriedJob.get(job) as RetriedRow
  if (lostWithWorker === 1) return 'input-gone'
  const now = clock.now()
  if (uniqueKey !== null) {
    const holder = keyHolder(writing, uniqueKey)
    if (holder !== null && holder !== job) return 'key-taken'
    statements.holdKeyAgain.run({ name: uniqueKey, job })
  }
  const ended: CountedState = place.state === stateCodes.failed ? 'failed' : 'cancelled'
  statements.keepLastAttempt.run(job)
  statements.beginAgain.run({ job, now })
  statements.leaveEnds.run(job)
  counters.add(place.queue, ended, -1)
  statements.forgetProgress.run(job)
  statements.neverExpire.run(job)
  statements.freeForAll.run(job)
  statements.reopenSlots.run(job)
  startWaiting(writing, { ...place, reservedFor: null }, 'queued', now)
  return 'retried'
}
