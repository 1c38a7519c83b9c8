import { visible, visibleLine, visibleOutput } from '../views/sanitise.js'
import { lookOf, styled } from './look.js'

/** Writes a line to stderr that cannot drive a terminal. stdout is for data. */
export function say(line: string): void {
  process.stderr.write(`${visibleLine(line)}\n`)
}

/** Says an error, and in a second line what to do about it; null for no second line. */
export function sayError(message: string, hint: string | null): void {
  const head = styled('error:', 'red', lookOf(process.stderr))
  process.stderr.write(`${head} ${visibleLine(message)}\n`)
  if (hint !== null) say(`  ${hint}`)
}

/** As `say`, for a text of several lines, such as a stack. */
export function sayText(text: string): void {
  process.stderr.write(`${visible(text)}\n`)
}

/** Writes what a task prints, as it comes. It may have colours. */
export function sayOutput(text: string): void {
  process.stderr.write(visibleOutput(text))
}
