import { formatDuration } from '../domain/duration.js'
import type { EpochMs, JobState } from '../domain/job.js'
import { stateGlyphs } from '../views/glyphs.js'
import type { Cell } from './table.js'

/** A time: in full elsewhere, from now on a terminal (`2m ago`, `in 5m`). null is an empty cell. */
export function timeCell(iso: string | null, now: EpochMs): Cell {
  return iso === null ? '' : { full: iso, short: fromNow(Date.parse(iso), now) }
}

export function fromNow(at: EpochMs, now: EpochMs): string {
  return at > now ? `in ${formatDuration(at - now)}` : `${formatDuration(now - at)} ago`
}

/** A state with its sign. `text` has what a pipe gets, such as `failed (timeout)`. */
export function stateCell(state: JobState, text: string): Cell {
  return { full: text, glyph: stateGlyphs[state] }
}
