import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { UsageError } from '../../src/domain/errors.js'
import { type Backoff, backoffMs, defaultBackoff, parseMaxRetries, parseRetry } from '../../src/domain/retry.js'

const half = () => 0.5
const waits = (backoff: Backoff, count: number) =>
  Array.from({ length: count }, (_, index) => backoffMs(backoff, index + 1, half))

const backoffs: fc.Arbitrary<Backoff> = fc.record({
  initialDelayMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 10 ** 9 })),
  maxDelayMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 10 ** 12 })),
  exponentialBackoff: fc.boolean(),
  factor: fc.oneof(fc.constant(1_000), fc.double({ min: 1, max: 1_000, noNaN: true })),
  jitter: fc.boolean(),
})
const retries = fc.integer({ min: 1, max: 1_000 })
const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

describe('Waits between attempts', () => {
  test('By default they double from a second up to a minute.', () => {
    expect(waits(defaultBackoff, 8)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
  })

  test('Without backoff they are all the same.', () => {
    expect(waits({ ...defaultBackoff, exponentialBackoff: false }, 3)).toEqual([1_000, 1_000, 1_000])
  })

  test('The longest wait bounds the first one too.', () => {
    expect(waits({ ...defaultBackoff, initialDelayMs: 5_000, maxDelayMs: 100 }, 2)).toEqual([100, 100])
  })

  test('With jitter they are random between nothing and the full wait.', () => {
    const backoff = { ...defaultBackoff, jitter: true }
    expect(backoffMs(backoff, 2, () => 0)).toBe(0)
    expect(backoffMs(backoff, 2, half)).toBe(1_000)
    expect(backoffMs(backoff, 2, () => 0.999_999)).toBe(1_999)
  })

  test('Whatever the policy, a wait is a whole number from 0 to the longest.', () => {
    fc.assert(
      fc.property(backoffs, retries, randoms, (backoff, retry, random) => {
        const waitMs = backoffMs(backoff, retry, () => random)
        expect(Number.isSafeInteger(waitMs)).toBe(true)
        expect(waitMs).toBeGreaterThanOrEqual(0)
        expect(waitMs).toBeLessThanOrEqual(backoff.maxDelayMs)
      }),
    )
  })

  test('No wait of 0 becomes NaN when its growth overflows.', () => {
    expect(backoffMs({ ...defaultBackoff, initialDelayMs: 0, factor: 1_000 }, 1_000, half)).toBe(0)
  })

  test('Without jitter no wait is shorter than the one before.', () => {
    fc.assert(
      fc.property(backoffs, fc.integer({ min: 1, max: 999 }), (backoff, retry) => {
        const plain = { ...backoff, jitter: false }
        expect(backoffMs(plain, retry + 1, half)).toBeGreaterThanOrEqual(backoffMs(plain, retry, half))
      }),
    )
  })
})

describe('Retry policies', () => {
  test('An empty one is the default.', () => {
    expect(parseRetry({}, 'retry')).toEqual({
      maxRetries: 3,
      backoff: defaultBackoff,
      retryOn: null,
      dontRetryOn: [],
    })
  })

  test('Durations are parsed, and every given option is kept.', () => {
    const policy = {
      maxRetries: 0,
      initialDelay: '2s',
      maxDelay: 5_000,
      exponentialBackoff: false,
      factor: 1.5,
      jitter: true,
      retryOn: [RangeError],
      dontRetryOn: [TypeError],
    }
    expect(parseRetry(policy, 'retry')).toEqual({
      maxRetries: 0,
      backoff: { initialDelayMs: 2_000, maxDelayMs: 5_000, exponentialBackoff: false, factor: 1.5, jitter: true },
      retryOn: [RangeError],
      dontRetryOn: [TypeError],
    })
  })

  test.each([
    [{ factor: 0.5 }, 'retry.factor: 0.5'],
    [{ factor: Number.NaN }, 'retry.factor: NaN'],
    [{ factor: 1_001 }, 'retry.factor: 1001'],
    [{ maxRetries: -1 }, 'retry.maxRetries: -1'],
    [{ initialDelay: '1M' }, 'retry.initialDelay: "1M"'],
    [{ maxDelay: '' }, 'retry.maxDelay: ""'],
    [{ retryOn: RangeError as never }, 'retry.retryOn: it is no list of error classes'],
  ])('%j is refused where it was written.', (policy, message) => {
    expect(() => parseRetry(policy, 'retry')).toThrow(UsageError)
    expect(() => parseRetry(policy, 'retry')).toThrow(message)
  })

  test.each([0.5, 1_001, Number.NaN, Number.POSITIVE_INFINITY, '3' as unknown as number])(
    '%j retries are refused.',
    (value) => {
      expect(() => parseMaxRetries(value, 'retries')).toThrow(UsageError)
    },
  )
})
