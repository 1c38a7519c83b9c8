import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countUpTo, mergedDurations, percentileMs } from '../../src/domain/percentiles.js'
import { durationBucket } from '../../src/domain/statistics.js'

const bucketsOf = (durations: readonly number[]) =>
  mergedDurations(durations.map((durationMs) => [{ bucket: durationBucket(durationMs), count: 1 }]))

test('Without durations there is no percentile.', () => {
  expect(percentileMs([], 0.5)).toBeNull()
})

test('Short durations are exact: each of the first milliseconds has a bucket of its own.', () => {
  for (const durationMs of [0, 1, 2, 3]) expect(percentileMs(bucketsOf([durationMs]), 0.99)).toBe(durationMs)
})

test('A percentile is within a tenth of the exact one, by the nearest rank.', () => {
  const durations = fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(durations, fc.constantFrom(0.5, 0.95, 0.99), (all, fraction) => {
      const sorted = all.toSorted((a, b) => a - b)
      const exact = sorted[Math.max(1, Math.ceil(sorted.length * fraction)) - 1] ?? Number.NaN
      const found = percentileMs(bucketsOf(all), fraction) ?? Number.NaN
      expect(Math.abs(found - exact)).toBeLessThanOrEqual(0.1 * exact + 0.5)
    }),
  )
})

test('The durations up to a limit are counted, a bucket that it cuts in part.', () => {
  const durations = bucketsOf([0, 3, 700, 90_000])
  expect(countUpTo(durations, 0)).toBe(0)
  expect(countUpTo(durations, 10)).toBe(2)
  expect(countUpTo(durations, 3_600_000)).toBe(4)
  // 700 is between 609 and 724.
  expect(countUpTo(durations, 666)).toBeCloseTo(2.5, 1)
})
