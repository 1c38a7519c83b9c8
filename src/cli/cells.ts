import { formatDuration } from '../domain/duration.js'
import type { EpochMs, JobState } from '../domain/job.js'
import { type Glyph, stateGlyphs } from '../views/glyphs.js'
import { drawn, lookOfStdout } from './look.js'
import type { Cell } from './table.js'

/** A time: in full elsewhere, from now on a terminal (`2m ago`, `in 5m`). null is an empty cell. */
export function timeCell(iso: string | null, now: EpochMs): Cell {
  return iso === null ? '' : { full: iso, short: fromNow(Date.parse(iso), now) }
}

export function fromNow(at: EpochMs, now: EpochMs): string {
  return at > now ? `in ${formatDuration(at - now)}` : `${formatDuration(now - at)} ago`
}

/** A state, on a terminal with its glyph and in its colour. `text` is what a pipe gets, such as `failed (timeout)`. */
export function stateCell(state: JobState, text: string): Cell {
  return glyphCell(stateGlyphs[state], text)
}

/** A text, on a terminal behind a glyph and in its colour. */
export function glyphCell(glyph: Glyph, text: string): Cell {
  return { full: text, short: `${drawn(glyph, lookOfStdout())} ${text}`, style: glyph.style }
}
