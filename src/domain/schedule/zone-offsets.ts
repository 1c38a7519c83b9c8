import type { EpochMs } from '../job.js'

/** A stretch of time in which the clocks of a zone are not changed. */
export interface OffsetPeriod {
  readonly from: EpochMs
  /** The first time that is not in it. */
  readonly until: EpochMs
  /** What local time is ahead of UTC. */
  readonly offsetMs: number
}

// Asking Intl takes 3 us, so what it said is kept for stretches of this length. Two changes within one of them would
// be missed: the closest two of any zone from 2000 to 2059 are a week apart.
const stretchMs = 4 * 86_400_000
const maxStretches = 4_096

interface Zone {
  readonly offsetAt: (at: EpochMs) => number
  readonly stretches: Map<number, readonly OffsetPeriod[]>
  recent: OffsetPeriod
}

const zones = new Map<string, Zone>()

/** A period that `at` is in: not always the whole of it. */
export function periodAt(tz: string, at: EpochMs): OffsetPeriod {
  const zone = zoneOf(tz)
  if (at >= zone.recent.from && at < zone.recent.until) return zone.recent
  const number = Math.floor(at / stretchMs)
  const found = stretchOf(zone, number).find((period) => at < period.until)
  if (found === undefined) throw new RangeError(`no time: ${at}`)
  zone.recent = found
  return found
}

/** The periods from one time to another, each in full between the two; neighbours differ in their offsets. */
export function periodsBetween(tz: string, from: EpochMs, until: EpochMs): readonly OffsetPeriod[] {
  const periods: OffsetPeriod[] = []
  for (let at = from; at < until; ) {
    const next = periodAt(tz, at)
    const last = periods.at(-1)
    if (last?.offsetMs === next.offsetMs) periods[periods.length - 1] = { ...last, until: next.until }
    else periods.push(next)
    at = next.until
  }
  return periods
}

function zoneOf(tz: string): Zone {
  const known = zones.get(tz)
  if (known !== undefined) return known
  // A formatter takes up to 20 ms to make.
  const format = new Intl.DateTimeFormat('en-US', { timeZone: tz, timeZoneName: 'longOffset' })
  const made = {
    offsetAt: (at: EpochMs) => readOffset(format.format(at)),
    stretches: new Map<number, readonly OffsetPeriod[]>(),
    recent: { from: 0, until: 0, offsetMs: 0 },
  }
  zones.set(tz, made)
  return made
}

function stretchOf(zone: Zone, number: number): readonly OffsetPeriod[] {
  const known = zone.stretches.get(number)
  if (known !== undefined) return known
  const from = number * stretchMs
  const until = from + stretchMs
  const first = zone.offsetAt(from)
  const last = zone.stretches.get(number + 1)?.[0]?.offsetMs ?? zone.offsetAt(until)
  const change = first === last ? until : changeBetween(zone, from, until, first)
  const periods = [{ from, until: change, offsetMs: first }]
  if (change < until) periods.push({ from: change, until, offsetMs: last })
  if (zone.stretches.size >= maxStretches) zone.stretches.clear()
  zone.stretches.set(number, periods)
  return periods
}

/** The first time with another offset than at `from`; there is one at `until`, and both are whole hours. */
function changeBetween(zone: Zone, from: EpochMs, until: EpochMs, offsetMs: number): EpochMs {
  const inHour = bisect(zone, from, until, offsetMs, 3_600_000)
  // Nearly all changes are at a whole hour of UTC: with this it takes 8 questions, not 19.
  if (zone.offsetAt(inHour - 1_000) === offsetMs) return inHour
  return bisect(zone, inHour - 3_600_000, inHour, offsetMs, 1_000)
}

function bisect(zone: Zone, from: EpochMs, until: EpochMs, offsetMs: number, stepMs: number): EpochMs {
  let [same, other] = [from, until]
  while (other - same > stepMs) {
    const middle = same + Math.floor((other - same) / 2 / stepMs) * stepMs
    if (zone.offsetAt(middle) === offsetMs) same = middle
    else other = middle
  }
  return other
}

/** The offset in `3/29/2026, GMT+02:00`; UTC is `GMT` alone, and there were offsets with seconds. */
function readOffset(text: string): number {
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = /GMT([+-])(\d+):(\d+)(?::(\d+))?/.exec(text) ?? []
  const size = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000
  return sign === '-' ? -size : size
}
