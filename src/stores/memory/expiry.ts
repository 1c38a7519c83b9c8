import type { EpochMs } from '../../domain/job.js'
import { expiredError } from '../losses.js'
import { endJob } from './ends.js'
import type { JobRow } from './jobs.js'
import type { Tables } from './tables.js'

/** Never started, and too late to start now. */
export function hasExpired(row: JobRow, now: EpochMs): boolean {
  return row.job.expiresAt !== null && row.job.expiresAt <= now && row.attempts.length === 0
}

/** Ends a job that has expired. */
export function bury(tables: Tables, row: JobRow): void {
  const now = tables.clock.now()
  endJob(tables, row, { state: 'failed', reason: 'expired', endedAt: now, error: expiredError }, null)
  tables.ends.add(row.job, now, { count: 'expired', durationMs: null })
}

/** Ends a waiting job if it has expired. */
export function buryIfExpired(tables: Tables, row: JobRow): void {
  const isWaiting = row.job.state === 'scheduled' || row.job.state === 'queued'
  if (isWaiting && hasExpired(row, tables.clock.now())) bury(tables, row)
}
