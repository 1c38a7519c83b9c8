import { parseDuration } from '../domain/duration.js'
import { everyError, isOf, isRetried } from '../domain/error-class.js'
import { NonRetryableError, RetryLater } from '../domain/errors.js'
import { maxPostponements, postponementMs } from '../domain/outcome.js'
import { backoffMs, defaultBackoff, type Retry } from '../domain/retry.js'
import { AttemptTimeout } from './attempt.js'

export const noRetry: Retry = { maxRetries: 0, backoff: defaultBackoff, ...everyError }

/** What follows a failed attempt. */
export type Verdict =
  /** `error`: what was thrown, or what is wrong with its request to run later. */
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Again after `waitMs`. `isFailure`: it was no request to run later. */
  | { readonly kind: 'again'; readonly waitMs: number; readonly isFailure: boolean }

/** Counts the attempts of one task, by the rules that jobs have. */
export class Retries {
  #attempts = 0
  #failures = 0
  #postponements = 0

  /** How many attempts have ended in an error. */
  get attempts(): number {
    return this.#attempts
  }

  /** What follows an attempt that ended with this error. */
  after(thrown: unknown, retry: Retry, random: () => number): Verdict {
    this.#attempts += 1
    if (isOf(thrown, RetryLater)) return this.#later(thrown)
    this.#postponements = 0
    this.#failures += 1
    const { maxRetries, backoff } = retry
    // A time limit says nothing of the error: as in jobs, only the number of retries counts then.
    const mayRepeat = isOf(thrown, AttemptTimeout) || (!isOf(thrown, NonRetryableError) && isRetried(thrown, retry))
    if (!mayRepeat || this.#failures > maxRetries) return { kind: 'failed', error: thrown }
    return { kind: 'again', waitMs: backoffMs(backoff, this.#failures, random), isFailure: true }
  }

  #later(thrown: RetryLater): Verdict {
    if (this.#postponements >= maxPostponements) return { kind: 'failed', error: thrown }
    try {
      const { delay } = thrown
      const waitMs = delay === null ? postponementMs(this.#postponements) : parseDuration(delay, 'RetryLater')
      this.#postponements += 1
      return { kind: 'again', waitMs, isFailure: false }
    } catch (refusal) {
      return { kind: 'failed', error: refusal }
    }
  }
}
