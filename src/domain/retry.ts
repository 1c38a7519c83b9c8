import { type Duration, parseDuration } from './duration.js'
import { type ErrorClass, parseClasses, type RetriedErrors } from './error-class.js'
import { UsageError } from './errors.js'
import { booleanOption, refuseUnknownOptions, written } from './options.js'

/** How often and when a failed attempt is repeated, as people write it. Every property has a default. */
export interface RetryOptions {
  /** Attempts after the first that failed, 0 to 1,000. Default 3. */
  readonly maxRetries?: number
  /** Wait before the first retry. Default `1s`. */
  readonly initialDelay?: Duration
  /** The longest wait. Default `1m`. */
  readonly maxDelay?: Duration
  /** Whether waits grow. Default true. */
  readonly exponentialBackoff?: boolean
  /** By how much each wait exceeds the one before it, at least 1. Default 2. */
  readonly factor?: number
  /** Full jitter: each wait is random between 0 and its full length. Default false. */
  readonly jitter?: boolean
  /** Only errors of these classes are retried, and attempts that took too long. Default: all errors. */
  readonly retryOn?: readonly ErrorClass[] | undefined
  /** Errors of these classes are not retried, also if `retryOn` has them. Default: none. */
  readonly dontRetryOn?: readonly ErrorClass[]
}

/** The waits of a policy, checked and in milliseconds. Stored with each job. */
export interface Backoff {
  readonly initialDelayMs: number
  readonly maxDelayMs: number
  readonly exponentialBackoff: boolean
  readonly factor: number
  readonly jitter: boolean
}

export const defaultMaxRetries = 3

export const defaultBackoff: Backoff = {
  initialDelayMs: 1_000,
  maxDelayMs: 60_000,
  exponentialBackoff: true,
  factor: 2,
  jitter: false,
}

const retryOptionNames: readonly (keyof RetryOptions)[] = [
  'maxRetries',
  'initialDelay',
  'maxDelay',
  'exponentialBackoff',
  'factor',
  'jitter',
  'retryOn',
  'dontRetryOn',
]

/** How a failed attempt is repeated, checked. */
export interface Retry extends RetriedErrors {
  readonly maxRetries: number
  readonly backoff: Backoff
}

/** Checks a policy once, at the door. `option` names the place where it was written. Throws UsageError. */
export function parseRetry(policy: RetryOptions, option: string): Retry {
  refuseUnknownOptions(policy, retryOptionNames, option)
  const factor = policy.factor ?? defaultBackoff.factor
  if (typeof factor !== 'number' || !(factor >= 1 && factor <= 1_000)) {
    throw new UsageError('E_RETRY', `${option}.factor: ${factor} is not a number from 1 to 1000`)
  }
  return {
    maxRetries: parseMaxRetries(policy.maxRetries ?? defaultMaxRetries, `${option}.maxRetries`),
    backoff: {
      initialDelayMs: parseDuration(policy.initialDelay ?? defaultBackoff.initialDelayMs, `${option}.initialDelay`),
      maxDelayMs: parseDuration(policy.maxDelay ?? defaultBackoff.maxDelayMs, `${option}.maxDelay`),
      exponentialBackoff: booleanOption(
        policy.exponentialBackoff ?? defaultBackoff.exponentialBackoff,
        `${option}.exponentialBackoff`,
      ),
      factor,
      jitter: booleanOption(policy.jitter ?? defaultBackoff.jitter, `${option}.jitter`),
    },
    retryOn: policy.retryOn === undefined ? null : parseClasses(policy.retryOn, `${option}.retryOn`),
    dontRetryOn: policy.dontRetryOn === undefined ? [] : parseClasses(policy.dontRetryOn, `${option}.dontRetryOn`),
  }
}

/** How many retries a job may have. */
export const mostRetries = 1_000

export function parseMaxRetries(value: number, option: string): number {
  if (Number.isInteger(value) && value >= 0 && value <= mostRetries) return value
  throw new UsageError('E_RETRY', `${option}: ${written(value)} is not a whole number from 0 to ${mostRetries}`)
}

/**
 * Wait before retry number `retry` (1 = the first), in milliseconds. Grows from `initialDelayMs` up to `maxDelayMs`.
 */
export function backoffMs(backoff: Backoff, retry: number, random: () => number): number {
  // 0 times a growth that has overflowed would be NaN.
  if (backoff.initialDelayMs === 0) return 0
  const growth = backoff.exponentialBackoff ? backoff.factor ** (retry - 1) : 1
  const capped = Math.min(backoff.initialDelayMs * growth, backoff.maxDelayMs)
  // Full jitter: a thousand jobs that failed together must not come back together.
  return backoff.jitter ? Math.floor(random() * capped) : Math.round(capped)
}
