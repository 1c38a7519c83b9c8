// What the slots of a cron expression are, found by walking every minute: slow, plain, and without a line of src/.

export interface OracleSlot {
  readonly at: number
  /** As `gap 02:15 02:45` and `fold 02:30`; empty if the clocks did nothing to it. */
  readonly note: string
}

/** The minutes of some days in a zone. All are counted from 1970: `local[0]` is what the clock shows at `first`. */
export interface Wall {
  readonly first: number
  readonly local: Int32Array
}

const minutesOfDay = 1_440

/** Reads the clock on the wall: one reader for each zone. */
export function clockOf(tz: string): (minute: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: tz,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  })
  return (minute) => {
    const shown = new Map(format.formatToParts(minute * 60_000).map((part) => [part.type, Number(part.value)]))
    const part = (name: Intl.DateTimeFormatPartTypes) => shown.get(name) ?? Number.NaN
    return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute')) / 60_000
  }
}

/** The days, as minutes at their start in UTC, in which the clocks of a zone are changed. */
export function daysOfChange(clock: (minute: number) => number, from: number, until: number): readonly number[] {
  const days: number[] = []
  let before = clock(from) - from
  for (let day = from; day < until; day += minutesOfDay) {
    const after = clock(day + minutesOfDay) - (day + minutesOfDay)
    if (after !== before) days.push(day)
    before = after
  }
  return days
}

/** The clock at each minute of some days; it is read every hour, and every minute of an hour in which it is changed. */
export function wallOf(clock: (minute: number) => number, from: number, days: number): Wall {
  const local = new Int32Array(days * minutesOfDay)
  for (let hour = 0; hour < local.length; hour += 60) {
    const shown = clock(from + hour)
    const isSteady = clock(from + hour + 60) === shown + 60
    for (let minute = 0; minute < 60; minute++) {
      local[hour + minute] = isSteady ? shown + minute : clock(from + hour + minute)
    }
  }
  return { first: from, local }
}

type Matches = (value: number) => boolean

/** Numbers, `*`, lists, ranges and steps. */
function field(text: string, low: number, high: number): Matches {
  const values = new Set<number>()
  for (const entry of text.split(',')) {
    const [range = '', step = '1'] = entry.split('/')
    const [first = '', last = first] = range === '*' ? [String(low), String(high)] : range.split('-')
    for (let value = Number(first); value <= Number(last); value += Number(step)) values.add(value)
  }
  return (value) => values.has(value)
}

function dayOfWeek(text: string, date: Date): boolean {
  const [weekday = '', time] = text.split('#')
  if (time === undefined) return field(text, 0, 6)(date.getUTCDay())
  return date.getUTCDay() === Number(weekday) && Math.ceil(date.getUTCDate() / 7) === Number(time)
}

function dayOfMonth(text: string, date: Date): boolean {
  if (text !== 'L') return field(text, 1, 31)(date.getUTCDate())
  return new Date(date.getTime() + 86_400_000).getUTCDate() === 1
}

function cronOf(expression: string) {
  const fields = expression.split(' ')
  const [second = '', minute = '', hour = '', day = '', month = '', weekday = ''] =
    fields.length === 6 ? fields : ['0', ...fields]
  const [isMinute, isHour, isMonth, isSecond] = [
    field(minute, 0, 59),
    field(hour, 0, 23),
    field(month, 1, 12),
    field(second, 0, 59),
  ]
  const known = new Map<number, boolean>()
  const isDay = (number: number): boolean => {
    const date = new Date(number * 86_400_000)
    const found = [dayOfMonth(day, date), dayOfWeek(weekday, date)]
    const both = day.startsWith('*') || weekday.startsWith('*')
    const fits = isMonth(date.getUTCMonth() + 1) && (both ? found.every(Boolean) : found.some(Boolean))
    known.set(number, fits)
    return fits
  }
  return {
    isWild: minute.startsWith('*') || hour.startsWith('*'),
    seconds: Array.from({ length: 60 }, (_, value) => value).filter(isSecond),
    matches(local: number): boolean {
      if (!isMinute(local % 60) || !isHour(Math.floor(local / 60) % 24)) return false
      const number = Math.floor(local / minutesOfDay)
      return known.get(number) ?? isDay(number)
    },
  }
}

function shownAs(local: number, second: number): string {
  const parts = [Math.floor(local / 60) % 24, local % 60, ...(second === 0 ? [] : [second])]
  return parts.map((part) => String(part).padStart(2, '0')).join(':')
}

/** All slots after the first minute of the wall. */
export function walk(expression: string, wall: Wall): readonly OracleSlot[] {
  const cron = cronOf(expression)
  const slots: OracleSlot[] = []
  const turns = new Map<number, number>()
  for (const local of wall.local) turns.set(local, (turns.get(local) ?? 0) + 1)
  let latest = wall.local[0] ?? 0
  for (let index = 1; index < wall.local.length; index++) {
    const local = wall.local[index] ?? 0
    const at = (wall.first + index) * 60_000
    if (cron.isWild) {
      if (cron.matches(local)) for (const second of cron.seconds) slots.push({ at: at + second * 1_000, note: '' })
      continue
    }
    // Each minute of the calendar is seen once: the first time that the clock shows it, or is past it.
    const skipped: string[] = []
    for (let minute = latest + 1; minute < local; minute++) {
      if (cron.matches(minute)) skipped.push(...cron.seconds.map((second) => shownAs(minute, second)))
    }
    if (skipped.length > 0) slots.push({ at, note: `gap ${skipped.join(' ')}` })
    if (local > latest && cron.matches(local)) {
      for (const second of cron.seconds) {
        if (skipped.length > 0 && second === 0) continue
        const note = turns.get(local) === 1 ? '' : `fold ${shownAs(local, second)}`
        slots.push({ at: at + second * 1_000, note })
      }
    }
    latest = Math.max(latest, local)
  }
  return slots
}
