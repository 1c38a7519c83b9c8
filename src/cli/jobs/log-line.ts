import type { OutputLine } from '../../domain/job.js'
import { isoTime } from '../../views/iso-time.js'
import { visibleOutput } from '../../views/sanitise.js'

const endOfColour = '\u001b[0m'

/** A line as it may be shown: its colours end with it. */
export function logLine({ at, stream, text }: OutputLine, withTime: boolean): string {
  const shown = visibleOutput(text)
  const whole = shown.includes('\u001b[') ? `${shown}${endOfColour}` : shown
  return withTime ? `${isoTime(at)} ${stream} ${whole}` : whole
}

/** Says that lines were too many to be kept. */
export function cutLine(lines: number): string {
  return `(${lines} lines were too many, and are cut)`
}
