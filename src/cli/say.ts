import { visible, visibleLine, visibleLive } from '../views/sanitise.js'
import { startLine } from './guarded-output.js'
import { type Entry, type Level, remark } from './log/entry.js'
import { lookOf, styled } from './look.js'
import { withoutCommands } from './without-commands.js'

/** Where a service writes whatever is said. */
interface SpokenLog {
  readonly entry: (entry: Entry) => void
  /** Writes what waits. */
  readonly flush: () => void
  /** Whether an error that ends the service is an entry too; else it is said as by every command. */
  readonly hasErrors: boolean
}

/** null: whatever is said goes to stderr as it is. */
let log: SpokenLog | null = null

/** From now on whatever is said becomes an entry of a log. */
export function logInstead(spoken: SpokenLog): void {
  log = spoken
}

/** Writes a line to stderr that cannot drive a terminal. stdout is for data. */
export function say(line: string, level: Level = 'info'): void {
  if (log !== null) log.entry(remark(line, level))
  else write(`${visibleLine(line)}\n`)
}

/** Says an error, and in a second line what to do about it; null for no second line. */
export function sayError(message: string, hint: string | null): void {
  if (log?.hasErrors) {
    const text = hint === null ? message : `${message}; ${hint}`
    log.entry({ level: 'error', event: 'error', text, facts: { hint } })
    return
  }
  log?.flush()
  const head = styled('error:', 'red', lookOf(process.stderr))
  write(`${head} ${visibleLine(message)}\n`)
  if (hint !== null) write(`  ${visibleLine(hint)}\n`)
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
  process.stderr.write(withoutCommands(text))
}
