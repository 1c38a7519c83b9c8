import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { localText } from '../../../src/domain/schedule/local-time.js'
import type { Rule, Slot } from '../../../src/domain/schedule/rule.js'
import { slotsOf } from '../../../src/domain/schedule/slots.js'
import { periodsBetween } from '../../../src/domain/schedule/zone-offsets.js'

const day = 86_400_000
const time = (text: string) => Date.parse(text)

function take(rule: Rule, after: number, count: number): readonly Slot[] {
  const next = slotsOf(rule)
  const slots: Slot[] = []
  for (let slot = next(after); slot !== null && slots.length < count; slot = next(slot.at)) slots.push(slot)
  return slots
}

/** The local times of the next slots, and what the clocks did to them. */
function slotsIn(tz: string, cron: string, after: string, count: number): readonly string[] {
  return take({ kind: 'cron', cron, tz }, time(after), count).map(({ at, note }) => {
    const text = localText(tz, at).slice(0, -3)
    if (note?.kind === 'gap') return `${text} for ${note.times.join(' ')}`
    return note?.kind === 'fold' ? `${text} of two` : text
  })
}

describe('A cron expression of fixed times', () => {
  test('A time in a gap is one slot, at the end of the gap.', () => {
    expect(slotsIn('Europe/Berlin', '30 2 * * *', '2026-03-28T00:00Z', 3)).toEqual([
      '2026-03-28 02:30',
      '2026-03-29 03:00 for 02:30',
      '2026-03-30 02:30',
    ])
  })

  test('Two times in a gap are one slot.', () => {
    expect(slotsIn('Europe/Berlin', '15,45 2 * * *', '2026-03-28T12:00Z', 2)).toEqual([
      '2026-03-29 03:00 for 02:15 02:45',
      '2026-03-30 02:15',
    ])
  })

  test('If the end of the gap is a time of the rule, it is still one slot.', () => {
    expect(slotsIn('Europe/Berlin', '0,30 2,3 * * *', '2026-03-28T12:00Z', 3)).toEqual([
      '2026-03-29 03:00 for 02:00 02:30',
      '2026-03-29 03:30',
      '2026-03-30 02:00',
    ])
  })

  test('A time that comes twice is the first of the two.', () => {
    expect(take({ kind: 'cron', cron: '30 2 * * *', tz: 'Europe/Berlin' }, time('2026-10-24T12:00Z'), 2)).toEqual([
      { at: time('2026-10-25T00:30Z'), note: { kind: 'fold', time: '02:30' } },
      { at: time('2026-10-26T01:30Z'), note: null },
    ])
  })

  test('Half an hour is a gap as well.', () => {
    expect(slotsIn('Australia/Lord_Howe', '15 2 * * *', '2026-10-03T00:00Z', 2)).toEqual([
      '2026-10-04 02:30 for 02:15',
      '2026-10-05 02:15',
    ])
  })

  test('A gap at midnight belongs to the day that it begins.', () => {
    // Egypt changes its clocks on a Friday, at midnight.
    expect(slotsIn('Africa/Cairo', '0 0 * * 5', '2026-04-20T00:00Z', 2)).toEqual([
      '2026-04-24 01:00 for 00:00',
      '2026-05-01 00:00',
    ])
  })

  test('What was due on a day that was left out is due at its end.', () => {
    expect(slotsIn('Pacific/Apia', '0 12 30 12 *', '2011-01-01T00:00Z', 2)).toEqual([
      '2011-12-31 00:00 for 12:00',
      '2012-12-30 12:00',
    ])
  })

  test('Of very many times in a gap, the first ones are listed.', () => {
    const [slot] = take({ kind: 'cron', cron: '0-59 2 29 3 *', tz: 'Europe/Berlin' }, time('2026-03-01'), 1)
    expect(slot?.note).toMatchObject({ kind: 'gap', times: expect.objectContaining({ length: 24, 1: '02:01' }) })
  })

  test('Seconds are listed if there are any.', () => {
    expect(slotsIn('Europe/Berlin', '0,20 30 2 * * *', '2026-03-28T12:00Z', 1)).toEqual([
      '2026-03-29 03:00 for 02:30 02:30:20',
    ])
  })
})

describe('A cron expression whose minute or hour begins with a star', () => {
  test('It has no slots in a gap.', () => {
    expect(slotsIn('Europe/Berlin', '*/30 1-3 * * *', '2026-03-29T00:10Z', 3)).toEqual([
      '2026-03-29 01:30',
      '2026-03-29 03:00',
      '2026-03-29 03:30',
    ])
    expect(slotsIn('Europe/Berlin', '*/20 2 * * *', '2026-03-28T12:00Z', 1)).toEqual(['2026-03-30 02:00'])
  })

  test('If all that it names is in gaps, it has no slot.', () => {
    expect(slotsIn('Europe/Berlin', '*/20 2 * 3 0L', '2026-01-01T00:00Z', 1)).toEqual([])
    expect(slotsIn('Europe/Berlin', '0,20,40 2 * 3 0L', '2026-01-01T00:00Z', 1)).toEqual([
      '2026-03-29 03:00 for 02:00 02:20 02:40',
    ])
  })

  test('It keeps real time in a fold.', () => {
    const slots = take({ kind: 'cron', cron: '0 * * * *', tz: 'Europe/Berlin' }, time('2026-10-24T22:00Z'), 6)
    expect(slots.map(({ at }) => at - time('2026-10-24T22:00Z'))).toEqual([1, 2, 3, 4, 5, 6].map((n) => n * 3_600_000))
    expect(slotsIn('Europe/Berlin', '*/30 2 * * *', '2026-10-24T12:00Z', 5)).toEqual([
      '2026-10-25 02:00',
      '2026-10-25 02:30',
      '2026-10-25 02:00',
      '2026-10-25 02:30',
      '2026-10-26 02:00',
    ])
  })
})

describe('Any cron expression', () => {
  test('A slot is later than the time that was asked for, by a millisecond if need be.', () => {
    const next = slotsOf({ kind: 'cron', cron: '0 12 * * *', tz: 'UTC' })
    const noon = time('2026-06-01T12:00Z')
    const asked = [noon - 1, noon - 0.5, noon, noon + 0.5, noon + day - 1]
    expect(asked.map((after) => next(after)?.at)).toEqual([noon, noon, noon + day, noon + day, noon + day])
  })

  test('Leap days are found, those that are eight years away too.', () => {
    expect(slotsIn('UTC', '0 0 29 2 *', '2028-02-29T00:00Z', 2)).toEqual(['2032-02-29 00:00', '2036-02-29 00:00'])
    expect(slotsIn('UTC', '0 0 29 2 *', '2096-03-01T00:00Z', 1)).toEqual(['2104-02-29 00:00'])
    expect(slotsIn('UTC', '*/30 0 29 2 +MON', '2026-01-01T00:00Z', 1)).toEqual(['2044-02-29 00:00'])
  })

  test('Where the calendar ends, or time is none, there is no slot.', () => {
    const next = slotsOf({ kind: 'cron', cron: '* * * * *', tz: 'Europe/Berlin' })
    expect([8.64e15, Number.POSITIVE_INFINITY, Number.NaN].map(next)).toEqual([null, null, null])
    expect(next(Number.NEGATIVE_INFINITY)).not.toBeNull()
  })

  const zones = ['Europe/Berlin', 'Australia/Lord_Howe', 'Africa/Cairo', 'America/Havana', 'Africa/Casablanca']
  const changesOf = new Map(
    zones.map((tz) => [tz, periodsBetween(tz, time('2024-01-01'), time('2032-01-01')).map(({ from }) => from)]),
  )
  const entry = (low: number, high: number) =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min: 2, max: 7 }).map((step) => `*/${step}`),
      fc.uniqueArray(fc.integer({ min: low, max: high }), { minLength: 1, maxLength: 4 }).map((list) => list.join(',')),
      fc
        .tuple(fc.integer({ min: low, max: high }), fc.integer({ min: low, max: high }))
        .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    )
  // Small hours and few months: most of it is near a change of the clocks.
  const crons = fc
    .tuple(
      fc.constantFrom('', '', '', '0,30 ', '*/5 '),
      entry(0, 59),
      entry(0, 3),
      fc.oneof(fc.constantFrom('*', 'L'), fc.constant('*'), entry(1, 31)),
      fc.constantFrom('*', '*', '3,4,10,11'),
      fc.oneof(fc.constant('*'), entry(0, 6)),
    )
    .map(([second, ...fields]) => second + fields.join(' '))
  const places = fc.constantFrom(...zones).chain((tz) =>
    fc.record({
      tz: fc.constant(tz),
      start: fc
        .tuple(fc.constantFrom(...(changesOf.get(tz) ?? [])), fc.integer({ min: -day, max: day / 8 }))
        .map(([change, from]) => change + from),
    }),
  )

  test('Which slot is next depends on the rule and the time alone: asked from anywhere, the walk is the same.', () => {
    const noted = { gap: 0, fold: 0, shift: 0 }
    const isSame = (one: Slot, other: Slot | null) => JSON.stringify(one) === JSON.stringify(other)
    fc.assert(
      fc.property(crons, places, fc.double({ min: 0, max: 1, noNaN: true }), (cron, { tz, start }, part) => {
        const rule: Rule = { kind: 'cron', cron, tz }
        const [slots, next] = [take(rule, start, 40), slotsOf(rule)]
        let before = start
        const wrong = slots.filter((slot) => {
          const [from, length] = [before, slot.at - before]
          before = slot.at
          if (slot.note !== null) noted[slot.note.kind]++
          const asked = [0, length - 1, length * part, Math.min(length - 1, 1_000)].map((later) => from + later)
          return length <= 0 || asked.some((after) => after < slot.at && !isSame(slot, next(after)))
        })
        const fresh = slots.filter((slot, index) => index % 10 === 0 && !isSame(slot, slotsOf(rule)(slot.at - 1)))
        expect([...wrong, ...fresh]).toEqual([])
      }),
      { numRuns: 1_500 },
    )
    expect(noted.gap).toBeGreaterThan(15)
    expect(noted.fold).toBeGreaterThan(50)
  })
})

describe('An interval', () => {
  const from = time('2026-01-01T00:00:00.250Z')
  const every = (everyMs: number, tz = 'UTC'): Rule => ({ kind: 'every', everyMs, from, tz })

  test('It begins where it is counted from, and has a slot at each length from there.', () => {
    const next = slotsOf(every(1_500))
    expect([from - day, from - 1, from, from + 1_499, from + 1_500].map((after) => next(after)?.at)).toEqual([
      from,
      from,
      from + 1_500,
      from + 1_500,
      from + 3_000,
    ])
  })

  test('However far away, it does not drift.', () => {
    expect(slotsOf(every(7))(from + 7e12 + 3)).toEqual({ at: from + 7e12 + 7, note: null })
    expect(slotsOf(every(day))(8.6e15)).toBeNull()
  })

  test('An interval of whole days notes when its time of day moves.', () => {
    const notes = take(every(7 * day, 'Europe/Berlin'), from, 60).filter(({ note }) => note !== null)
    expect(notes).toEqual([
      { at: time('2026-04-02T00:00:00.250Z'), note: { kind: 'shift', before: '01:00', now: '02:00' } },
      { at: time('2026-10-29T00:00:00.250Z'), note: { kind: 'shift', before: '02:00', now: '01:00' } },
    ])
  })

  test('Other intervals have no note.', () => {
    expect(take(every(day / 2, 'Europe/Berlin'), from, 400).filter(({ note }) => note !== null)).toEqual([])
    expect(take(every(1.5 * day, 'Europe/Berlin'), from, 400).filter(({ note }) => note !== null)).toEqual([])
  })
})

test('A single time is a slot once.', () => {
  const at = time('2026-06-01T00:00Z')
  expect(take({ kind: 'once', at, tz: 'UTC' }, at - day, 5)).toEqual([{ at, note: null }])
  expect(take({ kind: 'once', at, tz: 'UTC' }, at, 5)).toEqual([])
})
