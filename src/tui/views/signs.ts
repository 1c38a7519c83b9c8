import type { HealthStatus } from '../../domain/health.js'
import type { EpochMs, JobState } from '../../domain/job.js'
import type { StoredSlot } from '../../domain/schedule/schedule.js'
import { type Glyph, healthGlyphs, pausedGlyph, stateGlyphs, warningGlyph } from '../../views/glyphs.js'
import type { JobListItem } from '../../views/job.js'
import { type Line, type Span, span } from '../text/line.js'
import { durationText, sinceText } from '../words.js'

/** A sign before a text, both in its colour. */
export function signed({ unicode, style }: Glyph, text = ''): Span {
  return span(text === '' ? unicode : `${unicode} ${text}`, style)
}

export const dim = (text: string): Span => span(text, 'dim')
export const bold = (text: string): Span => span(text, 'bold')

/** A count that is nothing to look at when it is 0. */
export function count(text: string, style: Span['style'] = null): Span {
  return text === '0' || text === '-' ? dim(text) : span(text, style)
}

/** The state of a job as its word, or why it failed. */
export function jobState({ state, reason, startedAt, failures }: JobListItem): Span {
  const isRetry = state === 'scheduled' && startedAt !== null && failures > 0
  const word = reason !== null && reason !== 'error' ? reason : isRetry ? 'retry' : state
  return signed(stateGlyphs[state], word)
}

export function stateSign(state: JobState): Span {
  return signed(stateGlyphs[state])
}

export function healthSign(status: HealthStatus): Span {
  return signed(healthGlyphs[status], status)
}

/** One sign for a slot: fired, late, skipped, missed, or that its job failed. */
export function slotSign({ outcome, jobEnd }: StoredSlot): Span {
  if (jobEnd?.state === 'failed') return signed(stateGlyphs.failed)
  switch (outcome) {
    case 'fired':
      return signed(stateGlyphs.completed)
    case 'late':
      return signed(warningGlyph)
    case 'skipped':
      return dim('-')
    case 'missed':
      return dim('·')
    case 'waiting':
      return signed(stateGlyphs.scheduled)
  }
}

/** What became of a slot and of its job. */
export function slotText(slot: StoredSlot | null): Span {
  if (slot === null) return dim('-')
  const { outcome, jobEnd, lateMs, reason } = slot
  if (jobEnd?.state === 'failed') {
    return signed(stateGlyphs.failed, jobEnd.reason === null || jobEnd.reason === 'error' ? 'failed' : jobEnd.reason)
  }
  if (jobEnd?.state === 'cancelled') return signed(stateGlyphs.cancelled, 'cancelled')
  if (outcome === 'late') return signed(warningGlyph, `late ${durationText(lateMs)}`)
  if (outcome === 'fired') {
    return signed(stateGlyphs.completed, jobEnd?.durationMs == null ? 'fired' : durationText(jobEnd.durationMs))
  }
  if (outcome === 'missed') return signed(stateGlyphs.failed, 'missed')
  return dim(outcome === 'skipped' && reason !== null ? `- skipped: ${reason}` : outcome)
}

/** How long the oldest job has waited, with a warning where that is too long. */
export function latency(latencyMs: number | null): Span {
  if (latencyMs === null) return dim('-')
  return latencyMs >= 60_000 ? signed(warningGlyph, durationText(latencyMs)) : span(durationText(latencyMs))
}

export function pausedFor(pausedAt: EpochMs | null, now: EpochMs): Span {
  return signed(pausedGlyph, pausedAt === null ? 'paused' : sinceText(pausedAt, now))
}

/** A heading between two parts, as wide as the screen. */
export function ruled(left: Line, right: Line, width: number, widthOf: (line: Line) => number): Line {
  const missing = Math.max(0, width - widthOf(left) - widthOf(right) - 5)
  return [dim('── '), ...left, dim(` ${'─'.repeat(missing)} `), ...right]
}
