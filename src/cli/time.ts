import { UsageError } from '../domain/errors.js'
import type { EpochMs } from '../domain/job.js'

const isoTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:?\d{2})?)?$/

/**
 * A time that a person wrote: ISO 8601 (local time where no offset is given), or `HH:MM` for the next such time of the
 * machine's zone. Throws UsageError `E_TIME`.
 */
export function parseTime(text: string, option: string, now: EpochMs): EpochMs {
  const clockTime = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text)
  if (clockTime !== null) return nextClockTime(Number(clockTime[1]), Number(clockTime[2]), now)
  // A date alone would be read as UTC, a date with a time as local: people mean local both times.
  const time = isoTime.test(text) ? Date.parse(text.includes('T') ? text : `${text}T00:00`) : Number.NaN
  if (Number.isFinite(time) && isDay(text)) return time
  throw new UsageError(
    'E_TIME',
    `${option}: ${JSON.stringify(text)} is no time`,
    'write 2026-12-24T18:00, with Z or +01:00 if it is not local, or 18:00',
  )
}

/** Whether the month has the day: Date.parse makes 2 March of 30 February. */
function isDay(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number)
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}

function nextClockTime(hours: number, minutes: number, now: EpochMs): EpochMs {
  const time = new Date(now)
  time.setHours(hours, minutes, 0, 0)
  if (time.getTime() <= now) time.setDate(time.getDate() + 1)
  return time.getTime()
}
