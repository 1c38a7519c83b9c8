import { formatDuration } from '../../domain/duration.js'
import { localText, offsetText } from '../../domain/schedule/local-time.js'
import { stateGlyphs } from '../../views/glyphs.js'
import type { DueJson, SlotJson } from '../../views/slot.js'
import { type Look, lookOfStdout } from '../look.js'
import { table } from '../table.js'
import { endText } from './schedules-table.js'

// Every slot is some milliseconds late.
const minToldMs = 1_000

export function historyTable(slots: readonly SlotJson[], tz: string, look: Look = lookOfStdout()): Promise<string> {
  const local = (time: string) => `${localText(tz, Date.parse(time))} ${offsetText(tz, Date.parse(time))}`
  return table(
    ['SLOT', 'OUTCOME', { heading: 'LATE', align: 'right' }, 'JOB', 'ENDED', { heading: 'REASON', flexible: true }],
    slots.map((slot) => [
      slot.through === null ? local(slot.slot) : `${local(slot.slot)} to ${local(slot.through)}`,
      slot.outcome,
      slot.lateMs >= minToldMs ? formatDuration(slot.lateMs) : '',
      slot.job ?? '',
      slot.jobState === null ? '' : { full: endText(slot), glyph: stateGlyphs[slot.jobState] },
      slot.reason ?? '',
    ]),
    look,
  )
}

/** With the names of their schedules, if they have them. */
export function dueTable(
  slots: readonly (DueJson & { readonly name?: string })[],
  look: Look = lookOfStdout(),
): Promise<string> {
  const isOfAll = slots.some(({ name }) => name !== undefined)
  const note = { heading: 'NOTE', flexible: true } as const
  return table(
    [...(isOfAll ? ['SCHEDULE'] : []), 'LOCAL', 'OFFSET', { heading: 'UTC', optional: true }, note],
    slots.map(({ name, local, offset, at, note }) => [...(isOfAll ? [name ?? ''] : []), local, offset, at, note ?? '']),
    look,
  )
}
