import { formatDuration } from '../domain/duration.js'
import { failureLine } from '../domain/failure.js'
import type { Retry } from '../domain/retry.js'
import { visibleLine } from '../views/sanitise.js'

/** A failed attempt that will be repeated, for a log. */
export function attemptFailedLine(
  task: string,
  attempt: number,
  { maxRetries }: Retry,
  waitMs: number,
  error: unknown,
): string {
  return `${nameText(task)}: attempt ${attempt} of ${maxRetries + 1} failed, again in ${formatDuration(waitMs)}: ${visibleLine(failureLine(error))}`
}

/** The last failure of a task, for a log. */
export function taskFailedLine(task: string, attempts: number, error: unknown): string {
  return `${nameText(task)}: failed after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}: ${visibleLine(failureLine(error))}`
}

/** A task that an engine could not store, for a log. */
export function notStoredLine(task: string, error: unknown): string {
  return `${nameText(task)}: not stored, and will not run: ${visibleLine(failureLine(error))}`
}

/** A schedule that was stored with other times or options, for a log. */
export function scheduleChangedLine(name: string, timesBefore: string): string {
  return `${nameText(name)}: its stored schedule is changed; it was ${visibleLine(timesBefore)}`
}

/** A time of a recurring task whose last run goes on, for a log. */
export function skippedLine(task: string, at: Date): string {
  return `${nameText(task)}: skipped at ${at.toISOString()}: the last run has not ended`
}

/** Times of a recurring task that passed while the process was busy or stopped, for a log. */
export function missedLine(task: string, at: Date, count: number): string {
  const times = count === 1 ? 'a time' : `${count} times`
  return `${nameText(task)}: missed ${times} after ${at.toISOString()}: the process was busy or stopped, or the clock was set`
}

/** A listener that threw, for a log. */
export function listenerFailedLine(task: string, error: unknown): string {
  return `${nameText(task)}: a listener of its failure threw: ${visibleLine(failureLine(error))}`
}

const maxNameLength = 200

/** A name may be of any length. */
function nameText(name: string): string {
  return visibleLine(name.length <= maxNameLength ? name : `${name.slice(0, maxNameLength)}…`)
}
