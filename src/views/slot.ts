import { localText, offsetText } from '../domain/schedule/local-time.js'
import type { Slot, SlotNote } from '../domain/schedule/rule.js'
import type { StoredSlot } from '../domain/schedule/schedule.js'
import { isoTime } from './iso-time.js'

/**
 * What became of a slot, as programs read it; `through` is of a record that stands for many slots. `jobState` is null while
 * the job has not ended; `jobDurationMs` is of its last attempt, and null if it never ran. They stay when the job is removed.
 */
export function slotToJson({ slot, through, outcome, reason, job, lateMs, jobEnd }: StoredSlot) {
  return {
    slot: isoTime(slot),
    outcome,
    reason,
    job,
    jobState: jobEnd?.state ?? null,
    jobReason: jobEnd?.reason ?? null,
    jobDurationMs: jobEnd?.durationMs ?? null,
    lateMs,
    through: through === slot ? null : isoTime(through),
  }
}

export type SlotJson = ReturnType<typeof slotToJson>

/** A slot that is to come, as programs read it. */
export function dueToJson({ at, note }: Slot, tz: string) {
  return {
    at: isoTime(at),
    local: localText(tz, at),
    offset: offsetText(tz, at),
    note: note === null ? null : noteText(note),
  }
}

export type DueJson = ReturnType<typeof dueToJson>

function noteText(note: SlotNote): string {
  switch (note.kind) {
    case 'gap': {
      const [first = '', ...others] = note.times
      if (others.length === 0) return `${first} does not exist that day: it runs at the end of the gap`
      return `${[first, ...others].join(', ')} do not exist that day: one run at the end of the gap`
    }
    case 'fold':
      return `${note.time} comes twice that day: it runs the first time`
    case 'shift':
      return `the clocks changed: it was at ${note.before}, and is at ${note.now}; --cron keeps the time of day`
  }
}
