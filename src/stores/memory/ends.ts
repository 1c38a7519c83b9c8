import type { Job } from '../../domain/job.js'
import type { JobEnd } from '../../domain/schedule/schedule.js'
import { addFailure } from './failures.js'
import type { JobRow } from './jobs.js'
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
  for (const [name, records] of tables.slots) {
    for (const record of records.values()) {
      if (record.job !== row.job.id || record.jobEnd !== null) continue
      records.set(record.slot, { ...record, jobEnd: row.end })
      if (state === 'completed') noteSuccess(tables, name, endedAt)
    }
  }
}

function noteSuccess({ schedules }: Tables, name: string, endedAt: number): void {
  const schedule = schedules.get(name)
  if (schedule === undefined) return
  schedules.set(name, { ...schedule, lastSuccessAt: Math.max(schedule.lastSuccessAt ?? 0, endedAt) })
}
