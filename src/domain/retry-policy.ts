import type { ErrorClass } from './error-class.js'
import { parseRetry, type RetryOptions } from './retry.js'

/**
 * How often and when a failed attempt is repeated, checked once: `new RetryPolicy()` is the default of 3 retries after
 * 1 s, 2 s and 4 s. Waits are milliseconds here. Wherever retry options can be written, a policy can be given.
 */
export class RetryPolicy implements RetryOptions {
  readonly maxRetries: number
  readonly initialDelay: number
  readonly maxDelay: number
  readonly exponentialBackoff: boolean
  readonly factor: number
  readonly jitter: boolean
  /** undefined: all errors are retried. */
  readonly retryOn: readonly ErrorClass[] | undefined
  readonly dontRetryOn: readonly ErrorClass[]

  /** Throws UsageError that names an option that is wrong or unknown. */
  constructor(options: RetryOptions = {}) {
    const { maxRetries, backoff, retryOn, dontRetryOn } = parseRetry(options, 'RetryPolicy')
    this.maxRetries = maxRetries
    this.initialDelay = backoff.initialDelayMs
    this.maxDelay = backoff.maxDelayMs
    this.exponentialBackoff = backoff.exponentialBackoff
    this.factor = backoff.factor
    this.jitter = backoff.jitter
    this.retryOn = retryOn ?? undefined
    this.dontRetryOn = dontRetryOn
  }
}
