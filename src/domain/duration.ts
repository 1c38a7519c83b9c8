import ms, { type StringValue } from 'ms'
import { UsageError } from './errors.js'
import { written } from './options.js'

/** A span of time: milliseconds, or text such as `'30s'`, `'5m'`, `'1.5h'`, `'2d'`, `'1w'`. */
export type Duration = number | string

// The texts of `ms`, but for '1M': it reads one minute, and people mean a month. It throws on '', and returns undefined for
// '1h30m'. Without flags, so that a JSON Schema can have the pattern.
const unitNames =
  'milliseconds? msecs? ms seconds? secs? s minutes? mins? hours? hrs? h days? d weeks? w years? yrs? y'.split(' ')
const inAnyCase = (name: string) => name.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`)
export const durationPattern = new RegExp(`^(\\d+|\\d*\\.\\d+) *(m|${unitNames.map(inAnyCase).join('|')})?$`)
export const maxDurationMs = 100 * 365.25 * 24 * 3_600_000

/**
 * Milliseconds of `value`, a whole number from 0 to a hundred years.
 * Throws UsageError `E_DURATION`; `option` names the place where the value was written.
 */
export function parseDuration(value: Duration, option: string): number {
  const exact = typeof value === 'number' ? value : msOf(value)
  if (exact > maxDurationMs)
    throw new UsageError('E_DURATION', `${option}: ${written(value)} is longer than a hundred years`)
  if (!Number.isFinite(exact) || exact < 0) {
    throw new UsageError(
      'E_DURATION',
      `${option}: ${written(value)} is not a duration`,
      'write milliseconds or one unit, such as 500ms, 30s, 5m, 1.5h or 2d',
    )
  }
  return Math.round(exact)
}

/** The same for how far to look back, which cannot be 0: nothing would be found, and nothing amiss. */
export function parseWindow(value: Duration, option: string): number {
  const windowMs = parseDuration(value, option)
  if (windowMs > 0) return windowMs
  throw new UsageError('E_DURATION', `${option}: ${written(value)} looks back at nothing`, 'write a time such as 5m')
}

function msOf(value: unknown): number {
  return typeof value === 'string' && durationPattern.test(value) ? ms(value as StringValue) : Number.NaN
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

/** `durationMs` for people: at most two units, never rounded up to a larger one (`5400000` -> `1h 30m`). */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1_000) return `${Math.floor(durationMs)}ms`
  if (durationMs < 10_000) return `${Math.floor(durationMs / 100) / 10}s`
  const first = units.findIndex(([, size]) => durationMs >= size)
  const [unit, size] = units[first] ?? ['s', 1_000]
  const count = Math.floor(durationMs / size)
  const next = units[first + 1]
  const rest = next === undefined ? 0 : Math.floor((durationMs - count * size) / next[1])
  return rest === 0 || next === undefined ? `${count}${unit}` : `${count}${unit} ${rest}${next[0]}`
}
