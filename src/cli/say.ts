import { visible, visibleLine, visibleLive } from '../views/sanitise.js'
import { startLine } from './guarded-output.js'
import { type Entry, type Level, remark } from './log/entry.js'
import { lookOf, styled } from './look.js'

/** Where a service writes whatever is said; null: to stderr as it is. */
let log: ((entry: Entry) => void) | null = null

/** From now on whatever is said becomes an entry of a log. */
export function logInstead(entry: (entry: Entry) => void): void {
  log = entry
}

/** Writes a line to stderr that cannot drive a terminal. stdout is for data. */
export function say(line: string, level: Level = 'info'): void {
  if (log !== null) log(remark(line, level))
  else write(`${visibleLine(line)}\n`)
}

/** Says an error, and in a second line what to do about it; null for no second line. */
export function sayError(message: string, hint: string | null): void {
  if (log !== null) {
    const text = hint === null ? message : `${message}; ${hint}`
    log({ level: 'error', event: 'error', text: `error: ${text}`, facts: { hint } })
    return
  }
  const head = styled('error:', 'red', lookOf(process.stderr))
  write(`${head} ${visibleLine(message)}\n`)
  if (hint !== null) say(`  ${hint}`)
}

/** As `say`, for a text of several lines, such as a stack. */
export function sayText(text: string): void {
  write(`${visible(text)}\n`)
}

/** Writes what a task prints, as it comes. It may have colours. */
export function sayOutput(text: string): void {
  process.stderr.write(visibleLive(text))
}

/** What a task has printed last may lack its line end. */
function write(text: string): void {
  startLine()
  process.stderr.write(text)
}
