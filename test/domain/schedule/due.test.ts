import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideDue, jitterOf, nextFiring } from '../../../src/domain/schedule/due.js'
import type { ScheduleOptions } from '../../../src/domain/schedule/options.js'
import type { StoredSchedule } from '../../../src/domain/schedule/schedule.js'
import { slotsOf } from '../../../src/domain/schedule/slots.js'
import { storedSchedule } from '../../support/parsed-schedule.js'

const hourMs = 3_600_000
const noon = Date.UTC(2030, 5, 1, 12)
const absence = 'nobody looked'

/** What is decided at `now` of an hourly schedule whose slots are known up to `since`. */
function decided(options: ScheduleOptions, now: number, since = noon, overrides: Partial<StoredSchedule> = {}) {
  const schedule = storedSchedule(options, { decidedUntil: since, ...overrides })
  if (schedule.plan === null) throw new Error('no plan')
  return decideDue(schedule, slotsOf(schedule.plan.rule), now, absence)
}

const summary = (slots: ReturnType<typeof decided>) =>
  slots.map(({ slot, through, outcome, lateMs }) => {
    const to = through === slot ? '' : ` to ${new Date(through).toISOString().slice(11, 16)}`
    return `${new Date(slot).toISOString().slice(11, 16)}${to} ${outcome} ${lateMs}`
  })

describe('slots that are on time', () => {
  test('fire under every catch-up policy if they are at most ten seconds late.', () => {
    for (const catchUp of ['skip', 'latest', 'all'] as const) {
      expect(summary(decided({ catchUp }, noon + hourMs))).toEqual(['13:00 fired 0'])
      expect(summary(decided({ catchUp }, noon + hourMs + 10_000))).toEqual(['13:00 fired 10000'])
    }
    expect(decided({}, noon + hourMs - 1)).toEqual([])
  })

  test('all fire, in order: a busy machine is no outage.', () => {
    const slots = decided({ every: '1s', startAt: '2030-06-01T12:00Z', catchUp: 'skip' }, noon + 4_000)
    expect(slots.map(({ slot, outcome }) => [slot - noon, outcome])).toEqual(
      [1_000, 2_000, 3_000, 4_000].map((ms) => [ms, 'fired']),
    )
  })

  test('are missed if they are later than maxLateness.', () => {
    expect(decided({ maxLateness: '1s' }, noon + hourMs + 1_001)).toMatchObject([
      { outcome: 'missed', reason: 'nobody looked; later than 1s' },
    ])
  })
})

describe('slots that came due while no scheduler ran', () => {
  const now = noon + 3 * hourMs + 60_000

  test('latest fires the last slot and records how late it is; the others are missed, one record with the reason.', () => {
    expect(summary(decided({ catchUp: 'latest' }, now))).toEqual(['13:00 to 14:00 missed 7260000', '15:00 late 60000'])
    expect(decided({ catchUp: 'latest' }, now).map(({ reason, count }) => [reason, count])).toEqual([
      ['nobody looked; only the latest is made up for', 2],
      ['nobody looked', 1],
    ])
  })

  test('all fires every slot in order; overlapping slots wait instead of being skipped.', () => {
    const slots = decided({ catchUp: 'all' }, now)
    expect(summary(slots)).toEqual(['13:00 late 7260000', '14:00 late 3660000', '15:00 late 60000'])
    expect(slots.map(({ overlap }) => overlap)).toEqual(['queue', 'queue', 'queue'])
    const replaced = decided({ catchUp: 'all', overlap: 'replace' }, now)
    expect(replaced.map(({ overlap }) => overlap)).toEqual(['replace', 'replace', 'replace'])
  })

  test('skip fires only a slot that is on time.', () => {
    expect(summary(decided({ catchUp: 'skip' }, now))).toEqual(['13:00 to 15:00 missed 7260000'])
    expect(summary(decided({ catchUp: 'skip' }, noon + 2 * hourMs + 500))).toEqual([
      '13:00 missed 3600500',
      '14:00 fired 500',
    ])
  })

  test('maxLateness limits which missed slots fire.', () => {
    expect(summary(decided({ catchUp: 'all', maxLateness: '90m' }, now))).toEqual([
      '13:00 missed 7260000',
      '14:00 late 3660000',
      '15:00 late 60000',
    ])
    expect(
      summary(decided({ catchUp: 'latest', maxLateness: '30s' }, now)).filter((line) => !line.includes('missed')),
    ).toEqual([])
  })

  test('A short interval fires once under latest, and not once for each of the last ten seconds.', () => {
    const slots = decided({ every: '1s', startAt: '2030-06-01T12:00Z' }, noon + 60_000)
    expect(slots.map(({ outcome, count }) => [outcome, count])).toEqual([
      ['missed', 59],
      ['fired', 1],
    ])
  })

  test('all fires the last hundred; the rest is missed, as one record.', () => {
    const [missed, ...fired] = decided({ catchUp: 'all' }, noon + 150 * hourMs + 60_000)
    expect(missed).toMatchObject({ slot: noon + hourMs, through: noon + 50 * hourMs, count: 50, outcome: 'missed' })
    expect(missed?.reason).toBe('nobody looked; only the last 100 are made up for')
    expect(fired.map(({ slot, outcome }) => [slot, outcome])).toEqual(
      Array.from({ length: 100 }, (_, index) => [noon + (51 + index) * hourMs, 'late']),
    )
  })

  test('maxLateness splits what is missed: each record has the true reason.', () => {
    const reasons = decided({ catchUp: 'latest', maxLateness: '150m' }, noon + 5 * hourMs).map((slot) => [
      ...summary([slot]),
      slot.reason,
    ])
    expect(reasons).toEqual([
      ['13:00 to 14:00 missed 14400000', 'nobody looked; later than 2h 30m'],
      ['15:00 to 16:00 missed 7200000', 'nobody looked; only the latest is made up for'],
      ['17:00 fired 0', null],
    ])
  })

  test.each([
    ['an interval', { every: '1s', startAt: '2030-06-01T12:00Z' }, 30 * 24 * 3_600],
    ['a sparse rule with dense hours', { cron: '* * 3 * * *' }, 30 * 3_600],
  ] as const)(
    'A month of missed slots is one record, found without a walk over all of them: %s.',
    (_, options, total) => {
      const schedule = storedSchedule(options, { decidedUntil: noon })
      const next = slotsOf(schedule.plan?.rule ?? { kind: 'once', at: 0, tz: 'UTC' })
      let calls = 0
      const counting = (after: number) => {
        calls++
        return next(after)
      }
      const [missed, ...rest] = decideDue(schedule, counting, noon + 30 * 24 * hourMs, absence)
      expect(calls).toBeLessThan(20_000)
      if (total === 0) {
        expect([missed, rest]).toEqual([undefined, []])
        return
      }
      expect(missed).toMatchObject({ slot: next(noon)?.at, outcome: 'missed' })
      const estimate = (missed?.count ?? 0) / (total - 1)
      expect(estimate).toBeGreaterThan(0.5)
      expect(estimate).toBeLessThan(2)
      expect(rest).toHaveLength(1)
      expect(next(missed?.through ?? 0)?.at).toBe(rest[0]?.slot)
    },
  )
})

test('A jitter is not longer than the time to the next slot: slots fire in order, and none delays another.', () => {
  const options = { cron: '* * * * * *', jitter: '40s' }
  const schedule = storedSchedule(options, { decidedUntil: noon })
  const next = slotsOf({ kind: 'cron', cron: options.cron, tz: 'UTC' })
  const times = Array.from({ length: 200 }, (_, index) => noon + index * 1_000)
  const fires = times.map((slot) => slot + jitterOf(schedule, next, slot))
  expect(fires).toEqual([...fires].sort((a, b) => a - b))
  expect(new Set(fires.map((at, index) => at - (times[index] ?? 0))).size).toBeGreaterThan(50)
})

test('A paused schedule skips its slots: they are one record, with the reason.', () => {
  expect(decided({}, noon + 2 * hourMs, noon, { pausedAt: 1 })).toMatchObject([
    {
      slot: noon + hourMs,
      through: noon + 2 * hourMs,
      count: 2,
      outcome: 'skipped',
      reason: 'the schedule was paused',
    },
  ])
  // What came before the pause, while nobody looked, was missed; it is not made up for as long as the pause lasts.
  const halfPast = noon + 1.5 * hourMs
  expect(decided({ catchUp: 'all' }, noon + 2 * hourMs, noon, { pausedAt: halfPast })).toMatchObject([
    { outcome: 'missed', reason: 'nobody looked; the schedule is paused' },
    { outcome: 'skipped' },
  ])
})

test('Slots inside a pause are skipped even if they are decided after it; slots around it are not.', () => {
  const pauses = [
    { from: noon + 1.5 * hourMs, until: noon + 2.5 * hourMs },
    { from: noon + 3.5 * hourMs, until: noon + 4.5 * hourMs },
  ]
  expect(summary(decided({ catchUp: 'all' }, noon + 5 * hourMs + 60_000, noon, { pauses }))).toEqual([
    '13:00 late 14460000',
    '14:00 skipped 10860000',
    '15:00 late 7260000',
    '16:00 skipped 3660000',
    '17:00 late 60000',
  ])
  const short = { from: noon, until: noon + 1.5 * hourMs }
  expect(summary(decided({}, noon + 2 * hourMs, noon, { pauses: [short] }))).toEqual([
    '13:00 skipped 3600000',
    '14:00 fired 0',
  ])
})

test('A faulty schedule has no slots, and neither has one past its end or its limit.', () => {
  expect(decideDue(storedSchedule({}, { plan: null, fault: 'x' }), () => ({ at: 1, note: null }), noon, '')).toEqual([])
  const next = slotsOf({ kind: 'cron', cron: '0 * * * *', tz: 'UTC' })
  const at = (overrides: Partial<StoredSchedule>, options: ScheduleOptions = {}) =>
    nextFiring(storedSchedule(options, { decidedUntil: noon, ...overrides }), next)
  expect(at({})).toEqual({ slot: noon + hourMs, at: noon + hourMs })
  expect(at({ plan: null })).toBe(null)
  expect(at({ fired: 1 }, { limit: 2 })).not.toBe(null)
  expect(at({ fired: 2 }, { limit: 2 })).toBe(null)
  expect(at({}, { until: '2030-06-01T13:00Z' })).not.toBe(null)
  expect(at({}, { until: '2030-06-01T12:59Z' })).toBe(null)
  expect(summary(decided({ until: '2030-06-01T13:30Z' }, noon + 3 * hourMs))).toEqual(['13:00 late 7200000'])
})

describe('jitter', () => {
  const schedule = storedSchedule({ jitter: '10m' }, { decidedUntil: noon })
  const hourly = slotsOf({ kind: 'cron', cron: '0 * * * *', tz: 'UTC' })
  const other = { ...schedule, name: 'other' }
  const slots = Array.from({ length: 500 }, (_, index) => noon + index * hourMs)

  test('Is the same each time, up to its bound, spread over all of it, and different by name.', () => {
    const jitters = slots.map((slot) => jitterOf(schedule, hourly, slot))
    expect(jitters).toEqual(slots.map((slot) => jitterOf(schedule, hourly, slot)))
    expect(Math.max(...jitters)).toBeLessThanOrEqual(600_000)
    for (let tenth = 0; tenth < 10; tenth++) {
      const within = jitters.filter((ms) => Math.min(9, Math.floor(ms / 60_000)) === tenth)
      expect(within.length).toBeGreaterThan(20)
    }
    expect(
      slots.filter((slot) => jitterOf(schedule, hourly, slot) === jitterOf(other, hourly, slot)).length,
    ).toBeLessThan(5)
    expect(jitterOf(storedSchedule(), hourly, noon)).toBe(0)
  })

  test('Puts the firing off, and is no lateness.', () => {
    const jitterMs = jitterOf(schedule, hourly, noon + hourMs)
    expect(nextFiring(schedule, hourly)).toEqual({
      slot: noon + hourMs,
      at: noon + hourMs + jitterMs,
    })
    expect(decided({ jitter: '10m' }, noon + hourMs + jitterMs - 1)).toEqual([])
    expect(summary(decided({ jitter: '10m' }, noon + hourMs + jitterMs))).toEqual(['13:00 fired 0'])
  })
})

test('Each slot that is due has one fate: records follow one another, from the last decision on.', () => {
  const seconds = fc.integer({ min: 0, max: 60 })
  const pause = fc.tuple(seconds, seconds).map(([from, length]) => ({ from, until: from + length }))
  const given = fc.record({
    since: seconds,
    now: seconds,
    everyS: fc.constantFrom(1, 5),
    catchUp: fc.constantFrom('skip', 'latest', 'all'),
    maxLateness: fc.constantFrom(null, '1s', '12s'),
    pausedAt: fc.option(seconds),
    pauses: fc.array(pause, { maxLength: 2 }),
  })
  const at = (second: number) => noon + second * 1_000 + 500
  fc.assert(
    fc.property(given, ({ since, now, everyS, pausedAt, pauses, maxLateness, ...options }) => {
      const slots = decided(
        {
          every: `${everyS}s`,
          startAt: '2030-06-01T12:00Z',
          ...(maxLateness === null ? {} : { maxLateness }),
          ...options,
        },
        at(now),
        at(since),
        {
          pausedAt: pausedAt === null ? null : at(pausedAt),
          pauses: pauses.map(({ from, until }) => ({ from: at(from), until: at(until) })),
        },
      )
      const everyMs = everyS * 1_000
      const due = Array.from({ length: 61 }, (_, index) => noon + index * everyMs)
      const told = slots.flatMap(({ slot, count }) =>
        Array.from({ length: count }, (_, index) => slot + index * everyMs),
      )
      expect(told).toEqual(due.filter((slot) => slot > at(since) && slot <= at(now)))
      expect(slots.map(({ through }) => through)).toEqual(slots.map(({ slot, count }) => slot + (count - 1) * everyMs))
    }),
  )
})
