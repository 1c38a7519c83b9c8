import type { StoredSlot } from '../../domain/schedule/schedule.js'
import type { JobRow } from './jobs.js'
import type { Tables } from './tables.js'

/** The slot that a job is of, and the name of its schedule; null if there is none. */
export function slotOf(
  { slots }: Tables,
  { job: { id, schedule } }: JobRow,
): { readonly name: string; readonly record: StoredSlot } | null {
  if (schedule === null) return null
  const record = slots.get(schedule.name)?.get(schedule.slot)
  return record?.job === id ? { name: schedule.name, record } : null
}

/** Writes how the job of its slot ended; null: it has not. */
export function keepJobEnd(tables: Tables, row: JobRow, jobEnd: StoredSlot['jobEnd']): void {
  const found = slotOf(tables, row)
  if (found !== null) tables.slots.get(found.name)?.set(found.record.slot, { ...found.record, jobEnd })
}
