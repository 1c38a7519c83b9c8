import type { SlotOutcome, SlotRecord } from '../../domain/schedule/schedule.js'
import { isoTime } from '../../views/iso-time.js'
import type { Entry, Level } from './entry.js'

// A schedule that was missed for a day has one record; one that did not fit any other policy may have a hundred.
const maxShown = 5

const levels: Readonly<Record<SlotOutcome, Level>> = {
  fired: 'info',
  late: 'warning',
  skipped: 'warning',
  missed: 'warning',
  waiting: 'info',
}

/** What a scheduler decided about slots of one schedule that were due together. */
export function slotEntries(schedule: string, records: readonly SlotRecord[]): readonly Entry[] {
  const entries = records.slice(0, maxShown).map((record) => slotEntry(schedule, record))
  const others = records.length - maxShown
  if (others <= 0) return entries
  const text = `schedule ${schedule}: and ${others} more; see "offstage schedule history ${schedule}"`
  return [...entries, { level: 'warning', event: 'schedule.more', text, facts: { schedule, count: others } }]
}

function slotEntry(schedule: string, { slot, through, outcome, reason, job }: SlotRecord): Entry {
  const when = through === slot ? isoTime(slot) : `${isoTime(slot)} to ${isoTime(through)}`
  const text = `schedule ${schedule}: ${when} ${outcome}${job === null ? '' : ` as ${job}`}${reason === null ? '' : `: ${reason}`}`
  const facts = { schedule, slot: isoTime(slot), through: isoTime(through), outcome, reason, job }
  return { level: levels[outcome], event: 'schedule.slot', text, facts }
}
