import { UsageError } from '../errors.js'
import type { EpochMs } from '../job.js'
import { instantsOf, nextClockTime } from './local-time.js'

const isoTime =
  /^(?<date>\d{4}-\d{2}-\d{2})(T(?<time>([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?)(?<offset>Z|[+-]\d{2}:?\d{2})?)?$/
const clockTime = /^(?<hours>[01]\d|2[0-3]):(?<minutes>[0-5]\d)$/

/**
 * A time that a person wrote: ISO 8601 (the wall clock of the zone where no offset is given, and its first moment for a
 * date alone), or `HH:MM` for the next such time there. What the clocks skip is the end of the gap, what comes twice is
 * the first. Throws UsageError `E_TIME`.
 */
export function timeIn(tz: string, written: string | Date, option: string, now: EpochMs): EpochMs {
  const at = written instanceof Date ? written.getTime() : parsed(tz, written, now)
  if (Number.isFinite(at)) return at
  throw new UsageError(
    'E_TIME',
    `${option}: ${written instanceof Date ? 'the date' : JSON.stringify(String(written).slice(0, 80))} is no time`,
    'write 2026-12-24T18:00, with Z or +01:00 if it is not local, or 18:00',
  )
}

/** Whether a time says no day: it is another one each time that it is read. */
export function isClockTime(written: unknown): boolean {
  return typeof written === 'string' && clockTime.test(written)
}

function parsed(tz: string, written: unknown, now: EpochMs): EpochMs {
  if (typeof written !== 'string') return Number.NaN
  const { hours, minutes } = clockTime.exec(written)?.groups ?? {}
  if (hours !== undefined) return nextClockTime(tz, Number(hours), Number(minutes), now)
  const { date, time = '00:00', offset } = isoTime.exec(written)?.groups ?? {}
  // Date.parse makes 2 March of 30 February.
  if (date === undefined || !isDay(date)) return Number.NaN
  if (offset !== undefined) return Date.parse(written)
  return instantsOf(tz, Date.parse(`${date}T${time}Z`)).at
}

function isDay(date: string): boolean {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number)
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}
