import type { JobError } from './failure.js'
import type { EpochMs, JobId } from './job.js'

/** Failed jobs of one task with the same error, but for the numbers in it. */
export interface FailureGroup {
  readonly task: string
  /** Name and message, with `#` for each number. Empty: of any error, because the task has too many different ones. */
  readonly error: string
  readonly count: number
  readonly firstAt: EpochMs
  readonly lastAt: EpochMs
  /** The job that failed last. Retention may have removed it. */
  readonly sample: JobId
  /** The failures of each minute that has some, the oldest first. */
  readonly minutes: readonly { readonly minute: number; readonly count: number }[]
}

const maxLength = 200

/** The most groups of a task. Messages that are all different must not fill the store. */
export const maxGroups = 200

// UUIDs, hexadecimal numbers and what looks like a hash, then numbers of any kind.
const numbers =
  /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b0x[0-9a-f]+\b|\b(?=[a-f]*\d)[0-9a-f]{12,}\b|\d+(?:[.,:]\d+)*/gi

/** What the errors of one group have in common: name and first line of the message, with `#` for each number. */
export function foldError({ name, message }: Pick<JobError, 'name' | 'message'>): string {
  const line = /^[^\r\n]*/.exec(message.trimStart())?.[0] ?? ''
  return cut(foldNumbers(`${name}: ${cut(line, 4 * maxLength)}`), maxLength).trimEnd()
}

/** Cuts between words. Part of a secret could not be recognised and masked later. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text
  return text.slice(0, length + 1).replace(/\S*$/, '')
}

/** The text with `#` for each number in it. */
export function foldNumbers(text: string): string {
  return text.replace(numbers, '#')
}
