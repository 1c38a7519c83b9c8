import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDuration, parseDuration } from '../../src/domain/duration.js'
import { UsageError } from '../../src/domain/errors.js'

describe('Durations that are understood', () => {
  test.each([
    [0, 0],
    [1.4, 1],
    [1.5, 2],
    ['0', 0],
    ['500', 500],
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['5 min', 300_000],
    ['1.5h', 5_400_000],
    ['2 hrs', 7_200_000],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
    ['1y', 31_557_600_000],
    ['10 Minutes', 600_000],
    ['2 years', 63_115_200_000],
    ['100 milliseconds', 100],
    ['5S', 5_000],
    ['.5h', 1_800_000],
    ['5  m', 300_000],
  ])('%j is %i ms.', (value, expected) => {
    expect(parseDuration(value, 'timeout')).toBe(expected)
  })

  test('A hundred years are the most.', () => {
    expect(parseDuration('100y', 'timeout')).toBe(36_525 * 86_400_000)
    expect(() => parseDuration('36526d', 'timeout')).toThrow(UsageError)
  })
})

describe('Durations that are refused', () => {
  test.each([
    '', // ms throws
    ' ',
    '1 M',
    '1M', // ms reads one minute, people mean a month
    '1h30m', // ms answers undefined
    '1h 30m',
    '-1h',
    '-1',
    '+1s',
    '1e3',
    '1,5h',
    '5.',
    '5 minutes ago',
    '5m ',
    ' 5m',
    '5m\n',
    'Infinity',
    'NaN',
    '٣s',
    '9'.repeat(20),
    '9'.repeat(400),
    '1'.repeat(101),
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1,
    Number.MAX_VALUE,
  ])('%j', (value) => {
    expect(() => parseDuration(value, 'timeout')).toThrow(UsageError)
    expect(() => parseDuration(value, 'timeout')).toThrow(expect.objectContaining({ code: 'E_DURATION' }))
  })

  test('The message has the option and the value as it was written.', () => {
    expect(() => parseDuration('1M', 'retry.initialDelay')).toThrow('retry.initialDelay: "1M" is not a duration')
    expect(() => parseDuration(Number.NaN, 'timeout')).toThrow('timeout: NaN is not a duration')
  })

  test('Values that are neither number nor text are refused too: JavaScript may pass them.', () => {
    for (const value of [null, undefined, true, {}, [5], 5n, Symbol('5s')]) {
      expect(() => parseDuration(value as unknown as string, 'timeout')).toThrow(UsageError)
    }
  })
})

describe('Durations for people', () => {
  test.each([
    [0, '0ms'],
    [999, '999ms'],
    [999.9, '999ms'],
    [1_000, '1s'],
    [1_550, '1.5s'],
    [9_999, '9.9s'],
    [10_000, '10s'],
    [59_999, '59s'],
    [60_000, '1m'],
    [61_000, '1m 1s'],
    [3_599_999, '59m 59s'],
    [5_400_000, '1h 30m'],
    [86_399_999, '23h 59m'],
    [90_000_000, '1d 1h'],
    [86_400_000 * 400, '400d'],
  ])('%d ms is %s.', (durationMs, expected) => {
    expect(formatDuration(durationMs)).toBe(expected)
  })

  test('A text of one unit is understood again, and is never more than what it says.', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 12 }), (durationMs) => {
        const total = formatDuration(durationMs)
          .split(' ')
          .reduce((sum, part) => sum + parseDuration(part, 'x'), 0)
        expect(total).toBeLessThanOrEqual(durationMs)
        expect(total).toBeGreaterThan(durationMs * 0.9 - 1)
      }),
    )
  })
})
