import type { CronFields } from './cron.js'
import { daysOfMonth, monthLength } from './cron-days.js'
import type { LocalMs } from './local-time.js'

/** The first time on the calendar, from this one on; null if there is none in the next 40 years. */
export type NextNominal = (from: LocalMs) => LocalMs | null

interface Month {
  /** The number of its first day, counted from 1970. */
  readonly first: number
  readonly length: number
  /** Its days that fit: bit 0 is the first. */
  readonly days: number
}

const dayMs = 86_400_000
const furthestDays = 40 * 366

/** The times that a cron expression names, whether or not the clocks of a zone ever show them. */
export function nominalTimes(fields: CronFields): NextNominal {
  const nextTime = timesOfDay(fields)
  const firstTime = nextTime(0) ?? 0
  let month: Month = { first: 0, length: 0, days: 0 }

  const monthOf = (day: number): Month => {
    // It is nearly always the one that was asked for last.
    if (day < month.first || day >= month.first + month.length) month = monthAround(fields, day)
    return month
  }
  const nextDay = (from: number): number | null => {
    for (let day = from; day < from + furthestDays; ) {
      const { first, length, days } = monthOf(day)
      const rest = days >>> (day - first)
      if (rest !== 0) return day + lowestBit(rest)
      day = first + length
    }
    return null
  }

  return (from) => {
    const today = Math.floor(from / dayMs)
    const { first, days } = monthOf(today)
    if (((days >>> (today - first)) & 1) === 1) {
      const time = nextTime(Math.ceil((from - today * dayMs) / 1_000))
      if (time !== null) return today * dayMs + time * 1_000
    }
    const day = nextDay(today + 1)
    return day === null ? null : day * dayMs + firstTime * 1_000
  }
}

function monthAround(fields: CronFields, day: number): Month {
  const date = new Date(day * dayMs)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1]
  return {
    first: day - date.getUTCDate() + 1,
    length: monthLength(year, month),
    days: daysOfMonth(fields.days, year, month),
  }
}

/** The next time of the day, from one on: in seconds since midnight. */
function timesOfDay(fields: CronFields): (from: number) => number | null {
  const hours = nextIn(fields.hours, 24)
  const minutes = nextIn(fields.minutes, 60)
  const seconds = nextIn(fields.seconds, 60)
  const [firstMinute, firstSecond] = [minutes(0) ?? 0, seconds(0) ?? 0]
  return (from) => {
    const fromHour = Math.floor(from / 3_600)
    const hour = hours(fromHour)
    if (hour === fromHour) {
      const fromMinute = Math.floor(from / 60) % 60
      let minute = minutes(fromMinute)
      if (minute === fromMinute) {
        const second = seconds(from % 60)
        if (second !== null) return hour * 3_600 + minute * 60 + second
        minute = minutes(fromMinute + 1)
      }
      if (minute !== null) return hour * 3_600 + minute * 60 + firstSecond
    }
    const later = hour === fromHour ? hours(fromHour + 1) : hour
    return later === null ? null : later * 3_600 + firstMinute * 60 + firstSecond
  }
}

/** The first of `values` that is not below a number, looked up. */
function nextIn(values: readonly number[], size: number): (from: number) => number | null {
  const next = Array.from({ length: size }, (_, from) => values.find((value) => value >= from) ?? null)
  return (from) => next[from] ?? null
}

function lowestBit(mask: number): number {
  return 31 - Math.clz32(mask & -mask)
}
