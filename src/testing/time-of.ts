import { UsageError } from '../domain/errors.js'
import type { EpochMs } from '../domain/job.js'
import { written } from '../domain/options.js'
import { hostClock } from '../engine/clock.js'

/** When the time of a test begins: the option `now`, or else that of this process, where a test may have set it. Throws UsageError `E_TIME`. */
export function timeOf(value: Date | number | string | undefined): EpochMs {
  if (value === undefined) return hostClock.now()
  const time = new Date(value).getTime()
  if (Number.isFinite(time)) return Math.floor(time)
  throw new UsageError('E_TIME', `now: ${written(value)} is not a time`, 'write a Date, or ISO 8601 with its offset')
}
