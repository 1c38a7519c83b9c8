import type { OutputLine } from '../../domain/job.js'
import { visibleOutput } from '../sanitise.js'
import { isoTime } from './job-json.js'

export function logLineToJson(attempt: number, { line, at, stream, text }: OutputLine) {
  return { attempt, line, at: isoTime(at), stream, text }
}

const endOfColour = '\u001b[0m'

/** A line as it may be shown: its colours end with it. */
export function logLine({ at, stream, text }: OutputLine, withTime: boolean): string {
  const shown = visibleOutput(text)
  const whole = shown.includes('\u001b[') ? `${shown}${endOfColour}` : shown
  return withTime ? `${isoTime(at)} ${stream} ${whole}` : whole
}
