import type { Job } from '../../domain/job.js'
import type { JobEnd } from '../../domain/schedule/schedule.js'
import { addFailure } from './failures.js'
import type { JobRow } from './jobs.js'
import { keepJobEnd, slotOf } from './slot-of.js'
import type { Tables } from './tables.js'

/** Ends a job. `durationMs`: of the attempt that ended with it; null if none ran. */
export function endJob(
  tables: Tables,
  row: JobRow,
  changes: Partial<Job> & { readonly state: JobEnd['state']; readonly endedAt: number },
  durationMs: number | null,
): void {
  tables.jobs.change(row, changes)
  const { state, endedAt } = changes
  row.end = { state, reason: row.job.reason, durationMs: durationMs === null ? null : Math.max(0, durationMs) }
  if (state === 'failed') {
    addFailure(tables, row, endedAt)
    tables.failed.push(row)
  }
  const of = slotOf(tables, row)
  if (of === null || of.record.jobEnd !== null) return
  keepJobEnd(tables, row, row.end)
  if (state === 'completed') noteSuccess(tables, of.name, endedAt)
}

function noteSuccess({ schedules }: Tables, name: string, endedAt: number): void {
  const schedule = schedules.get(name)
  if (schedule === undefined) return
  schedules.set(name, { ...schedule, lastSuccessAt: Math.max(schedule.lastSuccessAt ?? 0, endedAt) })
}
