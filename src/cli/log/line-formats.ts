import type { EpochMs } from '../../domain/job.js'
import { isoTime } from '../../views/iso-time.js'
import { safeJson, visibleLine, visibleOutput, withoutColours } from '../../views/sanitise.js'
import { type Look, styled } from '../look.js'
import { type Entry, type Level, outputEvent } from './entry.js'

/** Makes the line of an entry, with its line end. Nothing in it can drive a terminal, or pass for another line. */
export type LineFormat = (entry: Entry, now: EpochMs) => string

const paddedLevels: Readonly<Record<Level, string>> = { info: 'info   ', warning: 'warning', error: 'error  ' }

/** For a file: with time and level. */
export const timedLine: LineFormat = (entry, now) => `${isoTime(now)} ${paddedLevels[entry.level]} ${shown(entry)}\n`

// As sd-daemon(3) numbers them.
const priorities: Readonly<Record<Level, number>> = { info: 6, warning: 4, error: 3 }

/** For the journal of systemd, which has the time itself and reads the level from the prefix. */
export const journalLine: LineFormat = (entry) =>
  // A line with colours is a blob to the journal.
  `<${priorities[entry.level]}>${withoutColours(shown(entry))}\n`

/** For programs: one JSON object. */
export const jsonLine: LineFormat = ({ level, event, text, facts }, now) =>
  `${safeJson(JSON.stringify({ time: isoTime(now), level, event, message: text, ...facts }))}\n`

const styles = { warning: 'yellow', error: 'red' } as const

/** For a person at a terminal: no more than what happened. */
export function terminalLine(look: Look): LineFormat {
  return (entry) => {
    const { level } = entry
    return `${level === 'info' ? shown(entry) : styled(shown(entry), styles[level], look)}\n`
  }
}

// Most lines need nothing: the test costs less than the replacement.
const plain = /^[\x20-\x7e]*$/
const endOfColour = '\u001b[0m'

function shown({ text, event }: Entry): string {
  if (plain.test(text)) return text
  if (event !== outputEvent) return visibleLine(text)
  // Its colours end with it.
  const output = visibleOutput(text)
  return output.includes('\u001b[') ? `${output}${endOfColour}` : output
}
