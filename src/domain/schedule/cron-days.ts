/** Which days of a month a cron expression names. */
export interface CronDays {
  /** 1 to 12. */
  readonly months: readonly number[]
  /** 1 to 31. */
  readonly days: readonly number[]
  /** `L`: the last day of the month. */
  readonly lastDay: boolean
  /** `15W`: the weekday nearest to each of these days, in the same month. */
  readonly nearestWeekdays: readonly number[]
  /** `LW`: the last weekday of the month. */
  readonly lastWeekday: boolean
  /** For Sunday to Saturday, which of its five times in a month: bit 0 is the first, bit 5 the last of the month. */
  readonly weekdays: readonly number[]
  /** Whether a day has to fit both day of the month and weekday, or either. */
  readonly needsBoth: boolean
}

const lastTime = 1 << 5

/** The days of a month (1 to 12) that fit: bit 0 is the first. */
export function daysOfMonth(rule: CronDays, year: number, month: number): number {
  if (!rule.months.includes(month)) return 0
  const length = monthLength(year, month)
  const first = weekdayOf(year, month, 1)
  const byDate = datesOf(rule, length, first)
  const byWeekday = weekdaysOf(rule, length, first)
  return rule.needsBoth ? byDate & byWeekday : byDate | byWeekday
}

/** Whether there is any such day: the calendar repeats itself within 28 years. */
export function hasDay(rule: CronDays): boolean {
  for (let year = 2000; year < 2028; year++) {
    if (rule.months.some((month) => daysOfMonth(rule, year, month) !== 0)) return true
  }
  return false
}

export function monthLength(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate()
}

function weekdayOf(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay()
}

function datesOf(rule: CronDays, length: number, firstWeekday: number): number {
  const nearest = rule.nearestWeekdays.filter((day) => day <= length)
  const days = [
    ...rule.days.filter((day) => day <= length),
    ...nearest.map((day) => nearestWeekday(day, length, firstWeekday)),
    ...(rule.lastDay ? [length] : []),
    ...(rule.lastWeekday ? [nearestWeekday(length, length, firstWeekday)] : []),
  ]
  return days.reduce((mask, day) => mask | (1 << (day - 1)), 0)
}

function nearestWeekday(day: number, length: number, firstWeekday: number): number {
  const weekday = (firstWeekday + day - 1) % 7
  if (weekday === 6) return day === 1 ? 3 : day - 1
  if (weekday === 0) return day === length ? day - 2 : day + 1
  return day
}

function weekdaysOf(rule: CronDays, length: number, firstWeekday: number): number {
  let mask = 0
  for (let day = 1; day <= length; day++) {
    const times = rule.weekdays[(firstWeekday + day - 1) % 7] ?? 0
    const time = (1 << Math.floor((day - 1) / 7)) | (day + 7 > length ? lastTime : 0)
    if ((times & time) !== 0) mask |= 1 << (day - 1)
  }
  return mask
}
