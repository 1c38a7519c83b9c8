import type { EpochMs } from '../../domain/job.js'
import { expiredError } from '../losses.js'
import { endWaiting, type WaitingFailure } from './ends.js'
import { isWaiting, placeOf } from './waiting.js'
import type { Writing } from './writing.js'

const expired: WaitingFailure = { reason: 'expired', error: expiredError }

// Beside the jobs that it ends, a sweep passes over so many that began in time.
const maxPassed = 10_000

/** Ends at most `limit` jobs that have not begun in time, the longest expired first; answers how many. */
export function buryExpired(writing: Writing, now: EpochMs, limit: number): number {
  const { statements } = writing
  let buried = 0
  let passed = 0
  while (buried < limit && passed < maxPassed) {
    const rows = statements.expired.all(now, limit - buried) as { readonly expiresAt: EpochMs; readonly job: number }[]
    for (const { expiresAt, job } of rows) {
      statements.deleteExpiring.run(expiresAt, job)
      if (bury(writing, job, now)) buried++
      else passed++
    }
    if (rows.length === 0) break
  }
  return buried
}

/** Ends a job if it has not begun in time. False if it is no such job. No sweep has come by, if no worker is alive. */
export function buryIfExpired(writing: Writing, job: number): boolean {
  const now = writing.clock.now()
  return writing.statements.hasExpired.get(job, now) !== undefined && bury(writing, job, now)
}

function bury(writing: Writing, job: number, now: EpochMs): boolean {
  const place = placeOf(writing, job)
  if (place === null || !isWaiting(place) || writing.statements.hasBegun.get(job) !== undefined) return false
  endWaiting(writing, place, expired, now)
  return true
}
