import type { EpochMs } from '../job.js'
import { periodAt, periodsBetween } from './zone-offsets.js'

/** A date and time on the wall of some zone: the milliseconds that it would be at if the zone were UTC. */
export type LocalMs = number

/** When a local time is. */
export type Instants =
  | { readonly kind: 'one'; readonly at: EpochMs }
  /** The clocks are set back over it: it comes twice, as do those after it up to `until`. */
  | { readonly kind: 'fold'; readonly at: EpochMs; readonly again: EpochMs; readonly until: LocalMs }
  /** The clocks are set forward over it: all times from `from` up to `until` become `at`, the end of the gap. */
  | { readonly kind: 'gap'; readonly at: EpochMs; readonly from: LocalMs; readonly until: LocalMs }

const dayMs = 86_400_000
// No zone was ever further from UTC.
const furthestMs = 16 * 3_600_000

export function offsetAt(tz: string, at: EpochMs): number {
  return periodAt(tz, at).offsetMs
}

export function localAt(tz: string, at: EpochMs): LocalMs {
  return at + offsetAt(tz, at)
}

export function instantsOf(tz: string, local: LocalMs): Instants {
  const first = periodAt(tz, local - furthestMs)
  if (first.until > local + furthestMs) return { kind: 'one', at: local - first.offsetMs }
  const periods = periodsBetween(tz, local - furthestMs, local + furthestMs)
  const [one, two] = periods.filter(({ from, until, offsetMs }) => local - offsetMs >= from && local - offsetMs < until)
  if (one !== undefined) {
    const at = local - one.offsetMs
    if (two === undefined) return { kind: 'one', at }
    return { kind: 'fold', at, again: local - two.offsetMs, until: one.until + one.offsetMs }
  }
  const next = periods.findIndex(({ from, offsetMs }) => local - offsetMs < from)
  const [before, after] = [periods[next - 1], periods[next]]
  if (before === undefined || after === undefined) throw new RangeError(`no time in ${tz}: ${local}`)
  return { kind: 'gap', at: after.from, from: after.from + before.offsetMs, until: after.from + after.offsetMs }
}

/** The first time after `after` that the clocks show this; the end of the gap for a time that is skipped. */
export function nextClockTime(tz: string, hours: number, minutes: number, after: EpochMs): EpochMs {
  const today = Math.floor(localAt(tz, after) / dayMs)
  const times = [-1, 0, 1, 2].flatMap((days) => {
    const found = instantsOf(tz, (today + days) * dayMs + (hours * 60 + minutes) * 60_000)
    return found.kind === 'fold' ? [found.at, found.again] : [found.at]
  })
  return Math.min(...times.filter((at) => at > after))
}

/** Such as `2026-03-29 03:00:00`. */
export function localText(tz: string, at: EpochMs): string {
  return new Date(localAt(tz, at)).toISOString().slice(0, -5).replace('T', ' ')
}

/** Such as `02:30`, or `02:30:15` if there are seconds. */
export function timeText(local: LocalMs): string {
  const text = new Date(local).toISOString().slice(-13, -5)
  return text.endsWith(':00') ? text.slice(0, -3) : text
}

/** Such as `+02:00`. */
export function offsetText(tz: string, at: EpochMs): string {
  const offsetMs = offsetAt(tz, at)
  return `${offsetMs < 0 ? '-' : '+'}${timeText(Math.abs(offsetMs))}`
}
