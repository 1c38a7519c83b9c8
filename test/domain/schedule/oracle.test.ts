import { afterAll, describe, expect, test } from 'vitest'
import type { Slot } from '../../../src/domain/schedule/rule.js'
import { slotsOf } from '../../../src/domain/schedule/slots.js'
import { clockOf, daysOfChange, type OracleSlot, type Wall, walk, wallOf } from '../../support/minute-oracle.js'

const changing = [
  'Europe/Berlin',
  'Europe/Dublin',
  'America/New_York',
  'America/St_Johns',
  'America/Havana',
  'America/Santiago',
  'America/Nuuk',
  'Australia/Sydney',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Africa/Casablanca',
  'Africa/Cairo',
  'Asia/Beirut',
  'Asia/Jerusalem',
] as const
const steady = ['America/Asuncion', 'Asia/Tehran', 'Asia/Kathmandu', 'Pacific/Apia', 'UTC'] as const

const expressions = [
  '30 2 * * *',
  '15,45 2 * * *',
  '0 0 * * *',
  '30 0 * * 5',
  '0 * * * *',
  '*/15 * * * *',
  '*/20 2 * * *',
  '0 2 L * *',
  '0 3 * * 1#2',
  '10,40 23,0-3 13 * 0,6',
  '5 0-23 */2 3-11 0,5,6',
  '0,20,45 0,30 0,2,3,23 * * *',
  '0,30 */20 * * * *',
  '30 * 28-31 * *',
] as const

const dayMinutes = 1_440
const minuteOf = (date: string) => Date.parse(date) / 60_000
const [from, until] = [minuteOf('2024-01-01'), minuteOf('2038-01-01')]

const seen = { windows: 0, compared: 0, gaps: 0, folds: 0, calls: 0, slow: 0, slowAgain: 0, slowestMs: 0 }

function noteText({ note }: Slot): string {
  if (note === null) return ''
  if (note.kind === 'gap') return `gap ${note.times.join(' ')}`
  return note.kind === 'fold' ? `fold ${note.time}` : `shift ${note.before} ${note.now}`
}

function askedAnew(cron: string, tz: string, at: number): number {
  const start = performance.now()
  slotsOf({ kind: 'cron', cron, tz })(at)
  return performance.now() - start
}

/** Walks with the calculator over what the oracle has walked over. */
function calculated(cron: string, tz: string, wall: Wall): readonly OracleSlot[] {
  const next = slotsOf({ kind: 'cron', cron, tz })
  const end = (wall.first + wall.local.length) * 60_000
  const slots: OracleSlot[] = []
  // The last second before the second minute: the oracle takes the first as it is.
  for (let at = wall.first * 60_000 + 59_999; ; ) {
    const start = performance.now()
    const slot = next(at)
    const tookMs = performance.now() - start
    seen.calls++
    if (tookMs >= 5) {
      seen.slow++
      // Its own time, or that of whoever else wanted the processor: a calculator that knows nothing yet is asked again.
      const againMs = askedAnew(cron, tz, at)
      if (againMs >= 5) seen.slowAgain++
      seen.slowestMs = Math.max(seen.slowestMs, Math.min(tookMs, againMs))
    } else seen.slowestMs = Math.max(seen.slowestMs, tookMs)
    if (slot === null || slot.at >= end) return slots
    slots.push({ at: slot.at, note: noteText(slot) })
    at = slot.at
  }
}

const shown = (slot: OracleSlot | undefined) =>
  slot === undefined ? 'none' : `${new Date(slot.at).toISOString()} ${slot.note}`

/** What differs, the first of each expression. */
function mismatches(tz: string, wall: Wall): readonly string[] {
  seen.windows++
  return expressions.flatMap((cron) => {
    const [expected, actual] = [walk(cron, wall), calculated(cron, tz, wall)]
    seen.compared += expected.length
    seen.gaps += expected.filter(({ note }) => note.startsWith('gap')).length
    seen.folds += expected.filter(({ note }) => note.startsWith('fold')).length
    const longest = Math.max(expected.length, actual.length)
    for (let index = 0; index < longest; index++) {
      const [right, got] = [expected[index], actual[index]]
      if (right?.at === got?.at && right?.note === got?.note) continue
      return [`${cron} in ${tz}: ${shown(got)}, and not ${shown(right)}`]
    }
    return []
  })
}

describe('The calculator agrees with a walk over every minute', () => {
  test.each(changing)('Around each change of the clocks in %s from 2024 to 2037.', (tz) => {
    const clock = clockOf(tz)
    const days = daysOfChange(clock, from, until)
    // Those of 2024 and 2025 at least. Of later ones governments think better: Morocco has none with newer tables.
    expect(days.length).toBeGreaterThanOrEqual(4)
    expect(days.flatMap((day) => mismatches(tz, wallOf(clock, day - 2 * dayMinutes, 5)))).toEqual([])
  })

  test.each(steady)('Around the ends of February and the year, and any change of the clocks, in %s.', (tz) => {
    const clock = clockOf(tz)
    const days = [minuteOf('2024-02-28'), minuteOf('2026-12-31'), ...daysOfChange(clock, from, until)]
    expect(days.flatMap((day) => mismatches(tz, wallOf(clock, day - 2 * dayMinutes, 5)))).toEqual([])
  })

  test('Around the day that Samoa went without, at the end of 2011.', () => {
    const clock = clockOf('Pacific/Apia')
    const wall = wallOf(clock, minuteOf('2011-12-27'), 7)
    expect(walk('0 12 30 12 *', wall)).toEqual([{ at: Date.parse('2011-12-30T10:00Z'), note: 'gap 12:00' }])
    expect(mismatches('Pacific/Apia', wall)).toEqual([])
  })

  test('Around the changes of before 2024 in zones that have none any more.', () => {
    const changes = ['America/Asuncion', 'Asia/Tehran', 'Pacific/Apia'].flatMap((tz) => {
      const clock = clockOf(tz)
      const days = daysOfChange(clock, minuteOf('2015-01-01'), minuteOf('2020-01-01'))
      expect(days).toHaveLength(10)
      return days.flatMap((day) => mismatches(tz, wallOf(clock, day - 2 * dayMinutes, 5)))
    })
    expect(changes).toEqual([])
  })

  afterAll(() => {
    console.log(
      `${seen.compared} slots of ${expressions.length} expressions compared in ${seen.windows} windows,`,
      `${seen.gaps} moved out of a gap and ${seen.folds} in a fold;`,
      // No more than told: other processes take the time of these calls too.
      `of ${seen.calls} calls ${seen.slow} took 5 ms or more, ${seen.slowAgain} of them again; else the slowest took`,
      `${seen.slowestMs.toFixed(2)} ms`,
    )
  })

  test('All that was compared is as much as there is to compare.', () => {
    // Ten of the zones with two changes a year is the least; then the others, Samoa, and the years before 2024.
    expect(seen.windows).toBeGreaterThanOrEqual(10 * 28 + steady.length * 2 + 1 + 30)
    // More than half of the slots are of */15, hourly and */20: 5 days have 480, 120 and 720 of them.
    expect(seen.compared).toBeGreaterThan(seen.windows * 1_300)
    // One window in two has a gap, and the next one a fold.
    expect(seen.gaps).toBeGreaterThan(seen.windows)
    expect(seen.folds).toBeGreaterThan(seen.windows)
  })
})
