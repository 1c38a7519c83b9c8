import { CronPattern } from 'croner'
import { UsageError } from '../errors.js'
import { type CronDays, hasDay } from './cron-days.js'
import { type CronFault, foreignForm, stepFault } from './foreign-cron.js'

/** A cron expression, read. */
export interface CronFields {
  /** Each in order, and not empty. */
  readonly seconds: readonly number[]
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  readonly days: CronDays
  /** Neither minute nor hour begins with `*`: these are times of the wall clock, not lengths of time. */
  readonly isFixed: boolean
}

interface FieldKind {
  readonly name: string
  readonly values: string
}

const minutes = { name: 'minute', values: '0 to 59' }
const fieldKinds: readonly FieldKind[] = [
  { name: 'second', values: '0 to 59' },
  minutes,
  { name: 'hour', values: '0 to 23' },
  { name: 'day of the month', values: '1 to 31, or L' },
  { name: 'month', values: '1 to 12, or JAN to DEC' },
  { name: 'weekday', values: '0 to 7, or SUN to SAT' },
]

const usualHint =
  'write minute, hour, day, month and weekday (seconds may come before them), such as "0 2 * * *" or "*/15 9-17 * * MON-FRI"'
// The longest that means anything: every value of every field written out is 500 or so.
const maxCharacters = 1_000

/**
 * Throws UsageError `E_CRON` for what cannot be read, and for dates that never come; `option` names where it was
 * written.
 */
export function parseCron(text: string, option: string): CronFields {
  const refuse = (why: string, hint: string) =>
    new UsageError('E_CRON', `${option}: ${quoted(text)} is no cron expression: ${why}`, hint)
  const pattern = text.length > maxCharacters ? null : patternOf(text)
  if (pattern === null) {
    const { why, hint } = faultOf(text)
    throw refuse(why, hint ?? usualHint)
  }
  // croner has replaced a nickname by its expression.
  const fields = fieldsOf(pattern.pattern)
  const [minute, hour, day, , weekday] = fields.slice(-5)
  const days: CronDays = {
    months: setIn(pattern.month).map((index) => index + 1),
    days: setIn(pattern.day).map((index) => index + 1),
    lastDay: pattern.lastDayOfMonth,
    nearestWeekdays: setIn(pattern.nearestWeekdays).map((index) => index + 1),
    lastWeekday: pattern.lastWeekday,
    weekdays: pattern.dayOfWeek.slice(0, 7),
    // Vixie's cron looks at the first character only: `*/2` is a star here too.
    needsBoth: isStar(day) || isStar(weekday) || pattern.useAndLogic,
  }
  if (!hasDay(days))
    throw refuse(
      'there is no such date',
      'none of its months has such a day: April, June, September and November have 30, February 29 at most',
    )
  return {
    seconds: setIn(pattern.second),
    minutes: setIn(pattern.minute),
    hours: setIn(pattern.hour),
    days,
    isFixed: !isStar(minute) && !isStar(hour),
  }
}

function patternOf(text: string): CronPattern | null {
  if (hasMisplacedMark(text)) return null
  try {
    return new CronPattern(text, undefined, { mode: '5-or-6-parts' })
  } catch {
    return null
  }
}

/** Quartz has `?` for a day that the other day field names. Elsewhere it is a sign that the fields are shifted. */
function hasMisplacedMark(text: string): boolean {
  if (!text.includes('?')) return false
  const fields = fieldsOf(text)
  return fields.some((field, index) => field.includes('?') && !(field === '?' && isDayField(index, fields.length)))
}

function isDayField(index: number, count: number): boolean {
  return index === count - 1 || index === count - 3
}

function fieldsOf(text: string): readonly string[] {
  return text.match(/\S+/g) ?? []
}

function setIn(flags: readonly number[]): readonly number[] {
  return flags.flatMap((flag, index) => (flag === 0 ? [] : [index]))
}

function isStar(field = ''): boolean {
  return /^[*?]/.test(field)
}

// The messages of croner count days and months from 0, and repeat all of the text.
function faultOf(text: string): CronFault {
  if (text.length > maxCharacters) return { why: `it is longer than ${maxCharacters} characters` }
  const fields = fieldsOf(text)
  const [first] = fields
  if (first === undefined) return { why: 'it is empty' }
  const foreign = foreignForm(text.trim(), (rule) => patternOf(rule) !== null)
  if (foreign !== null) return foreign
  if (first.startsWith('@')) {
    return { why: 'no such name', hint: 'known are @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually' }
  }
  if (fields.length !== 5 && fields.length !== 6) {
    return { why: `it has ${fields.length} field${fields.length === 1 ? '' : 's'}, not 5 or 6` }
  }
  const place = fields.findIndex((field, index) => !isField(field, index, fields.length))
  const index = place + 6 - fields.length
  const field = fields[place] ?? text
  const entry = field.split(',').find((part) => !isField(part, place, fields.length)) ?? field
  return entryFault(entry, fieldKinds[index] ?? minutes, (part) => isField(part, place, fields.length))
}

function entryFault(entry: string, kind: FieldKind, isEntry: (part: string) => boolean): CronFault {
  const why = `${quoted(entry)} is no ${kind.name}`
  if (entry.includes('?')) {
    const hint = '? stands in the two day fields only; six fields begin with seconds, and none is a year'
    return { why, hint }
  }
  const step = stepFault(entry, kind.name)
  if (step !== null) return { why: `${why}: ${step.why}`, hint: step.hint }
  if (/^\w*\/\d+$/.test(entry)) {
    return { why: `${why}: a step needs a star or a range before it`, hint: 'write a step as */15 or 10-50/15' }
  }
  const [, low = '', high = ''] = /^(\d+|[a-z]{3})-(\d+|[a-z]{3})$/i.exec(entry) ?? []
  if (isEntry(low) && isEntry(high)) {
    return { why: `${why}: a range goes from low to high`, hint: 'write two ranges, such as 22-23,0-6' }
  }
  return { why: `${why} (${kind.values})` }
}

function isField(field: string, place: number, count: number): boolean {
  const others = Array.from({ length: count }, (_, index) => (index === place ? field : '*'))
  return field !== '' && patternOf(others.join(' ')) !== null
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 79)}…` : text)
}
