import { describe, expect, test } from 'vitest'
import { plainTaskDefaults } from '../../../src/domain/request.js'
import { parseSchedule, type ScheduleOptions } from '../../../src/domain/schedule/options.js'

const now = Date.UTC(2030, 5, 1, 12, 30)
const parse = (options: ScheduleOptions) => parseSchedule(options, plainTaskDefaults, now)

describe('a schedule as it is written', () => {
  test('Has every default.', () => {
    expect(parse({ cron: '0 2 * * *', tz: 'Europe/Berlin' })).toEqual({
      definition: {
        argsJson: '[]',
        options: {},
        taskDefaults: plainTaskDefaults,
        timing: { kind: 'cron', cron: '0 2 * * *', tz: 'Europe/Berlin' },
        catchUp: 'latest',
        maxLatenessMs: null,
        overlap: 'skip',
        jitterMs: 0,
        until: null,
        limit: null,
        expectSuccessEveryMs: null,
        notify: null,
      },
      rule: { kind: 'cron', cron: '0 2 * * *', tz: 'Europe/Berlin' },
    })
  })

  test('An interval counts from now, from a time, or from the next such time of its zone; what is kept is what was written.', () => {
    const every = (startAt?: string | Date) =>
      parse({ every: '1d', tz: 'Asia/Kathmandu', ...(startAt === undefined ? {} : { startAt }) })
    expect(every().rule).toEqual({ kind: 'every', everyMs: 86_400_000, from: now, tz: 'Asia/Kathmandu' })
    expect(every().definition.timing).toMatchObject({ startAt: null })
    // Kathmandu is 5:45 ahead: there it is 18:15.
    expect(every('19:00').rule).toMatchObject({ from: Date.UTC(2030, 5, 1, 13, 15) })
    expect(every('18:00').rule).toMatchObject({ from: Date.UTC(2030, 5, 2, 12, 15) })
    expect(every('18:00').definition.timing).toMatchObject({ startAt: '18:00' })
    expect(every('2030-01-01T00:00').rule).toMatchObject({ from: Date.UTC(2029, 11, 31, 18, 15) })
    expect(every(new Date(now)).definition.timing).toMatchObject({ startAt: '2030-06-01T12:30:00.000Z' })
  })

  test('Once is at a time of its zone.', () => {
    expect(parse({ at: '2030-12-24T18:00', tz: 'America/New_York' }).rule).toEqual({
      kind: 'once',
      at: Date.UTC(2030, 11, 24, 23),
      tz: 'America/New_York',
    })
  })

  test('Arguments and job options are stored as data.', () => {
    const { definition } = parse({
      every: 60_000,
      args: ['a', { b: new Date(0) }],
      queue: 'mail',
      priority: 5,
      retries: 0,
      timeout: false,
      expires: '1h',
      jitter: '10s',
      limit: 3,
      until: '2031-01-01T00:00Z',
      expectSuccessEvery: '26h',
    })
    expect(definition.argsJson).toBe('["a",{"b":"1970-01-01T00:00:00.000Z"}]')
    expect(definition.options).toEqual({ queue: 'mail', priority: 5, retries: 0, timeout: false, expires: '1h' })
    expect(definition).toMatchObject({
      expectSuccessEveryMs: 93_600_000,
      jitterMs: 10_000,
      limit: 3,
      until: Date.UTC(2031, 0, 1),
    })
  })

  test('An expectation as long as the times of a cron expression are apart is taken, whatever the clocks do.', () => {
    const everyMs = (cron: string, expectSuccessEvery: string) =>
      parse({ cron, tz: 'Europe/Berlin', expectSuccessEvery }).definition.expectSuccessEveryMs
    expect(everyMs('0 2 * * *', '24h')).toBe(86_400_000)
    expect(everyMs('*/5 * * * *', '5m')).toBe(300_000)
    expect(everyMs('0 9 * * MON-FRI', '3d')).toBe(3 * 86_400_000)
  })

  test.each<[string, object, RegExp]>([
    ['no times', {}, /no times/],
    ['two kinds of times', { cron: '@daily', every: '1d' }, /schedule\.cron and schedule\.every are both given/],
    ['a start without an interval', { cron: '@daily', startAt: '02:00' }, /schedule\.startAt is for intervals/],
    ['an interval that is too short', { every: '999ms' }, /schedule\.every: 999ms is too short/],
    ['what is no cron expression', { cron: 'often' }, /schedule\.cron: "often" is no cron expression/],
    ['what is no duration', { every: 'often' }, /schedule\.every: "often" is not a duration/],
    ['what is no zone', { cron: '@daily', tz: 'Mars' }, /schedule\.tz: "Mars" is no time zone/],
    ['what is no time', { at: 'soon' }, /schedule\.at: "soon" is no time/],
    ['what is no policy', { cron: '@daily', overlap: 'wait' }, /schedule\.overlap: "wait" is none of skip, queue/],
    ['what is no other policy', { cron: '@daily', catchUp: 1 }, /schedule\.catchUp: 1 is none of skip, latest/],
    ['no times at all', { cron: '@daily', limit: 0 }, /schedule\.limit: 0 is not a whole number above 0/],
    [
      'a jitter as long as the interval',
      { every: '1m', jitter: '1m' },
      /schedule\.jitter: 1m is not less than the interval of 1m/,
    ],
    [
      'an expectation of a schedule that fires once',
      { at: '2030-12-24T18:00', expectSuccessEvery: '1d' },
      /schedule\.expectSuccessEvery is for schedules that repeat/,
    ],
    [
      'an expectation below the interval',
      { every: '1d', expectSuccessEvery: '23h' },
      /schedule\.expectSuccessEvery: 23h is less than the interval of 1d/,
    ],
    [
      'no time to succeed',
      { cron: '@daily', expectSuccessEvery: 0 },
      /schedule\.expectSuccessEvery: 0ms is less than the longest time between two slots, 1d/,
    ],
    [
      'an expectation that a weekend does not meet',
      { cron: '0 9 * * MON-FRI', expectSuccessEvery: '26h' },
      /schedule\.expectSuccessEvery: 1d 2h is less than the longest time between two slots, 3d/,
    ],
    [
      'an expectation that is no duration',
      { cron: '@daily', expectSuccessEvery: 'daily' },
      /schedule\.expectSuccessEvery: "daily" is not a duration/,
    ],
    ['an unknown option', { cron: '@daily', catchup: 'all' }, /schedule: there is no option "catchup"/],
    ['a bad queue', { cron: '@daily', queue: '../x' }, /no queue name/],
    ['an expression that is no text', { cron: 5 }, /schedule\.cron is no text/],
    ['a zone that is no text', { every: '1h', tz: null }, /schedule\.tz is no text/],
    ['a queue that is no text', { cron: '@daily', queue: ['a'] }, /no queue name/],
    ['arguments that are no list', { cron: '@daily', args: { a: 1 } }, /schedule\.args is no list/],
    ['arguments that JSON cannot carry', { cron: '@daily', args: [1n] }, /BigInt/],
  ])('%s is refused.', (_, options, message) => {
    expect(() => parse(options)).toThrow(message)
  })

  test('A refusal has the name that the caller has for the option.', () => {
    expect(() => parseSchedule({ every: '1ms' }, plainTaskDefaults, now, (option) => `--${option}`)).toThrow(
      '--every: 1ms is too short',
    )
  })
})
