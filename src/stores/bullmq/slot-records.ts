import type { JobEnd, SlotOutcome, SlotRecord, StoredSlot } from '../../domain/schedule/schedule.js'

/** A slot record as Redis has it, in short: a longer text takes it more memory. */
type Kept = readonly [job: number, spanMs: number, outcome: SlotOutcome, lateMs: number, reason: string | null]

/** A slot as scripts answer it: its time, its record, and how its job has ended. */
export type SlotReply = readonly [slot: string, record: string, jobEnd?: string | null]

export function slotRecord(slot: string, record: string): SlotRecord {
  const [job, spanMs, outcome, lateMs, reason] = JSON.parse(record) as Kept
  const at = Number(slot)
  return { slot: at, through: at + spanMs, outcome, reason, job: job === 0 ? null : `j${job}`, lateMs }
}

export function storedSlot([slot, record, jobEnd]: SlotReply): StoredSlot {
  const end = jobEnd === null || jobEnd === undefined ? null : (JSON.parse(jobEnd) as JobEnd)
  return { ...slotRecord(slot, record), jobEnd: end }
}

/** What follows the number of the job in a record. */
export function recordRest({ slot, through, outcome, lateMs, reason }: SlotRecord): string {
  const [, ...rest]: Kept = [0, through - slot, outcome, lateMs, reason]
  return `,${JSON.stringify(rest).slice(1)}`
}
