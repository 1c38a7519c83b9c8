import type { OutputLine } from '../domain/job.js'
import { isoTime } from './iso-time.js'

/** A line of what an attempt has printed, as programs read it. */
export function logLineToJson(attempt: number, { line, at, stream, text }: OutputLine) {
  return { attempt, line, at: isoTime(at), stream, text }
}
