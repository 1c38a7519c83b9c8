import { describe, expect, test } from 'vitest'
import { UsageError } from '../../../src/domain/errors.js'
import {
  instantsOf,
  localText,
  nextClockTime,
  offsetAt,
  offsetText,
  timeText,
} from '../../../src/domain/schedule/local-time.js'
import { knownZone, timeZone } from '../../../src/domain/schedule/zone-names.js'
import { periodAt, periodsBetween } from '../../../src/domain/schedule/zone-offsets.js'
import { machineZone } from '../../../src/machine-zone.js'

const time = (text: string) => Date.parse(text)

describe('Local time', () => {
  test.each([
    ['Europe/Berlin', '2026-03-29T00:59:59Z', '2026-03-29 01:59:59', '+01:00'],
    ['Europe/Berlin', '2026-03-29T01:00:00Z', '2026-03-29 03:00:00', '+02:00'],
    ['America/St_Johns', '2026-01-01T00:00:00.999Z', '2025-12-31 20:30:00', '-03:30'],
    ['Asia/Kathmandu', '2026-01-01T00:00:00Z', '2026-01-01 05:45:00', '+05:45'],
    ['UTC', '2026-01-01T00:00:00Z', '2026-01-01 00:00:00', '+00:00'],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-31 00:00:00', '+14:00'],
    ['Africa/Monrovia', '1970-01-01T00:00:00Z', '1969-12-31 23:15:30', '-00:44:30'],
  ])('In %s, at %s, it is %s (%s).', (tz, at, text, offset) => {
    expect(localText(tz, time(at))).toBe(text)
    expect(offsetText(tz, time(at))).toBe(offset)
  })

  test('A time of the day has seconds if there are any.', () => {
    expect([timeText(9_000_000), timeText(9_015_000), timeText(-1_000)]).toEqual(['02:30', '02:30:15', '23:59:59'])
  })

  test('A period is bounded by the second at which the clocks are changed.', () => {
    const change = time('2026-10-25T01:00Z')
    expect(periodAt('Europe/Berlin', change - 1)).toMatchObject({ until: change, offsetMs: 7_200_000 })
    expect(periodAt('Europe/Berlin', change)).toMatchObject({ from: change, offsetMs: 3_600_000 })
  })

  test('A year has as many periods as it has changes, and one.', () => {
    const of = (tz: string) =>
      periodsBetween(tz, time('2026-01-01'), time('2027-01-01')).map(({ offsetMs }) => offsetMs)
    const hour = 3_600_000
    expect(of('Europe/Berlin')).toEqual([hour, 2 * hour, hour])
    expect(of('Australia/Lord_Howe')).toEqual([11 * hour, 10.5 * hour, 11 * hour])
    expect(of('Asia/Kathmandu')).toEqual([5.75 * hour])
  })

  test('What was asked before makes no difference.', () => {
    // More stretches than are kept, in both directions.
    const [from, until, step] = [time('1980-01-01'), time('2060-01-01'), 3.3 * 86_400_000]
    const forward = new Map<number, number>()
    for (let at = from; at < until; at += step) forward.set(at, offsetAt('America/New_York', at))
    const differing = [...forward].reverse().filter(([at, offset]) => offsetAt('America/New_York', at) !== offset)
    expect(forward.size).toBeGreaterThan(8_000)
    expect(differing).toEqual([])
  })

  test('A time that does not exist has no offset.', () => {
    expect(() => offsetAt('Europe/Berlin', Number.NaN)).toThrow(RangeError)
  })
})

describe('When a local time is', () => {
  const local = (text: string) => Date.parse(`${text}Z`)

  test('Once, as a rule.', () => {
    expect(instantsOf('Europe/Berlin', local('2026-07-01T12:00'))).toEqual({
      kind: 'one',
      at: time('2026-07-01T10:00Z'),
    })
    expect(instantsOf('Europe/Berlin', local('2026-03-29T03:00'))).toMatchObject({ kind: 'one' })
    expect(instantsOf('Europe/Berlin', local('2026-10-25T03:00'))).toMatchObject({ kind: 'one' })
  })

  test('Twice where the clocks are set back.', () => {
    expect(instantsOf('Europe/Berlin', local('2026-10-25T02:30'))).toEqual({
      kind: 'fold',
      at: time('2026-10-25T00:30Z'),
      again: time('2026-10-25T01:30Z'),
      until: local('2026-10-25T03:00'),
    })
    expect(instantsOf('Australia/Lord_Howe', local('2026-04-05T01:30'))).toMatchObject({ kind: 'fold' })
    expect(instantsOf('Australia/Lord_Howe', local('2026-04-05T01:29'))).toMatchObject({ kind: 'one' })
  })

  test('Never where they are set forward.', () => {
    expect(instantsOf('America/Havana', local('2026-03-08T00:30'))).toEqual({
      kind: 'gap',
      at: time('2026-03-08T05:00Z'),
      from: local('2026-03-08T00:00'),
      until: local('2026-03-08T01:00'),
    })
    expect(instantsOf('Pacific/Apia', local('2011-12-30T12:00'))).toEqual({
      kind: 'gap',
      at: time('2011-12-30T10:00Z'),
      from: local('2011-12-30T00:00'),
      until: local('2011-12-31T00:00'),
    })
  })
})

describe('The next time that the clocks show', () => {
  test.each([
    ['02:30, later today', 'Europe/Berlin', 2, 30, '2026-06-01T00:00Z', '2026-06-01T00:30Z'],
    ['02:30, which it is now: tomorrow', 'Europe/Berlin', 2, 30, '2026-06-01T00:30Z', '2026-06-02T00:30Z'],
    ['02:30, in a gap: its end', 'Europe/Berlin', 2, 30, '2026-03-29T00:00Z', '2026-03-29T01:00Z'],
    ['02:30, after the end of the gap', 'Europe/Berlin', 2, 30, '2026-03-29T01:00Z', '2026-03-30T00:30Z'],
    ['02:30, before a fold', 'Europe/Berlin', 2, 30, '2026-10-25T00:00Z', '2026-10-25T00:30Z'],
    ['02:30, between the two', 'Europe/Berlin', 2, 30, '2026-10-25T00:40Z', '2026-10-25T01:30Z'],
    ['12:00, on a day that is left out', 'Pacific/Apia', 12, 0, '2011-12-30T09:00Z', '2011-12-30T10:00Z'],
    ['23:59, where it is tomorrow already', 'Pacific/Auckland', 23, 59, '2026-06-01T11:59Z', '2026-06-02T11:59Z'],
  ])('%s.', (_, tz, hours, minutes, after, expected) => {
    expect(new Date(nextClockTime(tz, hours, minutes, time(after))).toISOString()).toBe(
      new Date(expected).toISOString(),
    )
  })
})

describe('Names of time zones', () => {
  test.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['europe/BERLIN', 'Europe/Berlin'],
    ['utc', 'UTC'],
    ['Asia/Kolkata', 'Asia/Kolkata'], // Node 20 would make Asia/Calcutta of it
    ['Etc/GMT+5', 'Etc/GMT+5'],
  ])('%s is %s.', (name, expected) => {
    expect(timeZone(name, '--tz')).toBe(expected)
  })

  test.each([
    ['Europe/Belrin', 'did you mean "Europe/Berlin"?'],
    ['Berlin', 'did you mean "Europe/Berlin"?'],
    ['New York', 'did you mean "America/New_York"?'],
    ['UCT1', 'did you mean "UTC"?'],
    ['', 'write a name such as Europe/Berlin, or UTC'],
    ['Mars/Olympus_Mons', 'write a name such as Europe/Berlin, or UTC'],
    ['+02:00', 'write a name such as Europe/Berlin, or UTC'],
    ['x'.repeat(10_000), 'write a name such as Europe/Berlin, or UTC'],
  ])('%.40j is none.', (name, hint) => {
    expect(() => timeZone(name, '--tz')).toThrow(UsageError)
    expect(() => timeZone(name, '--tz')).toThrow(expect.objectContaining({ code: 'E_TIME_ZONE', hint }))
    expect(() => timeZone(name, '--tz')).toThrow(/^--tz: ".{0,80}" is no time zone$/)
  })

  test.each([
    ['BST', 'Europe/London'],
    ['AST', 'America/Halifax'],
    ['NST', 'America/St_Johns'],
    ['IST', 'Asia/Kolkata'],
    ['PST', 'America/Los_Angeles'],
    ['cest', 'Europe/Berlin'],
    ['EDT', 'America/New_York'],
    ['JST', 'Asia/Tokyo'],
  ])('The abbreviation %s is refused, with the name of its zone.', (name, meant) => {
    expect(() => timeZone(name, '--tz')).toThrow(
      expect.objectContaining({
        code: 'E_TIME_ZONE',
        message: `--tz: "${name}" is an abbreviation, not the name of a time zone`,
        hint: `did you mean "${meant}"?`,
      }),
    )
    expect(timeZone(meant, '--tz')).toBe(meant)
  })

  test('Every short name that is taken is one of the tz database.', () => {
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
    const names = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => `${a}${b}${c}`)))
    const taken = names.filter((name) => knownZone(name) !== null)
    expect(taken).toEqual(['CET', 'EET', 'EST', 'GMT', 'HST', 'MET', 'MST', 'PRC', 'ROC', 'ROK', 'UCT', 'UTC', 'WET'])
  })

  test('The zone of the machine is one that is known, whatever TZ is.', () => {
    const { TZ } = process.env
    const zones = ['Asia/Tokyo', 'No/Where', ':/etc/localtime', ''].map((name) => {
      process.env.TZ = name
      return machineZone()
    })
    if (TZ === undefined) delete process.env.TZ
    else process.env.TZ = TZ
    expect(zones[0]).toBe('Asia/Tokyo')
    expect(zones.map((name) => timeZone(name, 'TZ'))).toEqual(zones)
  })
})
