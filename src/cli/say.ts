import { visible, visibleLine, visibleOutput } from './sanitise.js'

/** Talk goes to stderr, in whole lines that cannot drive a terminal. */
export function say(line: string): void {
  process.stderr.write(`${visibleLine(line)}\n`)
}

/** What is wrong in a line, and in a second one what to do; null if nothing can be. */
export function sayError(message: string, hint: string | null): void {
  say(`error: ${message}`)
  if (hint !== null) say(`  ${hint}`)
}

/** As `say`, for what has several lines of its own, such as a stack. */
export function sayText(text: string): void {
  process.stderr.write(`${visible(text)}\n`)
}

/** What a task prints, as it comes: its colours are its own. */
export function sayOutput(text: string): void {
  process.stderr.write(visibleOutput(text))
}
