import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bucketEndMs, durationBucket } from '../../src/domain/statistics.js'

describe('buckets of durations', () => {
  test('A duration is below the end of its bucket, and not below the end of the one before.', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 * 365 * 86_400_000 }), (durationMs) => {
        const bucket = durationBucket(durationMs)
        expect(durationMs).toBeLessThan(bucketEndMs(bucket) * (1 + 1e-9))
        expect(durationMs).toBeGreaterThanOrEqual(bucketEndMs(bucket - 1) * (1 - 1e-9))
      }),
    )
    expect(durationBucket(0)).toBe(0)
    expect(bucketEndMs(0)).toBe(1)
  })
})
