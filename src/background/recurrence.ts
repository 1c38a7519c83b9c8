import { type Duration, parseDuration } from '../domain/duration.js'
import { UsageError } from '../domain/errors.js'
import type { EpochMs } from '../domain/job.js'
import { refuseUnknownOptions } from '../domain/options.js'
import { timeIn } from '../domain/schedule/time.js'
import { machineZone } from '../machine-zone.js'

/** When a task recurs: a fixed interval, which is counted from a time. */
export interface Recurring {
  /** Milliseconds, or text such as `1d`. */
  readonly interval: Duration
  /**
   * The first time: a Date, ISO 8601, or `HH:MM` for the next such time on the clock of this machine. One that has passed
   * counts on in whole intervals. Default: one interval from now.
   */
  readonly startTime?: Date | string
}

/** The times of a recurring task: `from`, and every so many milliseconds after it. */
export interface Recurrence {
  readonly everyMs: number
  readonly from: EpochMs
}

/** Options of a recurring task from what callers give: an interval alone, or with a start. Throws UsageError. */
export function recurringOf(when: Duration | Recurring): Recurring {
  if (typeof when === 'number' || typeof when === 'string') return { interval: when }
  refuseUnknownOptions(when, ['interval', 'startTime'], 'addRecurringTask()')
  return when
}

/** Throws UsageError that names what is wrong. */
export function parseRecurrence({ interval, startTime }: Recurring, now: EpochMs): Recurrence {
  const everyMs = parseDuration(interval, 'interval')
  if (everyMs === 0) throw new UsageError('E_DURATION', 'interval: 0 is no interval', 'write a time such as 1m')
  const from = startTime === undefined ? now + everyMs : timeIn(machineZone(), startTime, 'startTime', now)
  return { everyMs, from }
}

/** The first of the times after `now`. */
export function nextTime({ everyMs, from }: Recurrence, now: EpochMs): EpochMs {
  return from > now ? from : from + (Math.floor((now - from) / everyMs) + 1) * everyMs
}

/** How many times passed after `at`, up to now: those that a busy or stopped process has missed. */
export function countPassed({ everyMs }: Recurrence, at: EpochMs, now: EpochMs): number {
  return Math.floor((now - at) / everyMs)
}
