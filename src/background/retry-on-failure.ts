import type { Clock } from '../domain/clock.js'
import { refuseUnknownOptions } from '../domain/options.js'
import { parseRetry, type RetryOptions } from '../domain/retry.js'
import { hostClock } from '../engine/clock.js'
import { type Logger, SafeLogger } from './logger.js'
import { attemptFailedLine, taskFailedLine } from './report.js'
import { Retries } from './retries.js'
import { asFunction } from './same-function.js'
import { functionName, requireFunction } from './task-options.js'

export interface RetryOnFailureOptions {
  /** Gets a warning for each failed attempt, and an error at the end. Default: `console`. */
  readonly logger?: Logger
  /** For tests: `createTestClock()`. Default: the timers and the Date of this process, also faked ones. */
  readonly clock?: Clock
}

/** Makes of a function one that is repeated when it fails. It keeps its parameters, its `this` and its name. */
export type Retrying = <This, Args extends unknown[], Result>(
  run: (this: This, ...args: Args) => Result,
) => (this: This, ...args: Args) => Promise<Awaited<Result>>

/**
 * `retryOnFailure({ maxRetries: 3, initialDelay: '2s' })(fetchPage)` is `fetchPage` with retries: it rejects with the last
 * error. `policy` is a `RetryPolicy` or its options. Throws UsageError that names an option that is wrong or unknown.
 */
export function retryOnFailure(policy: RetryOptions = {}, options: RetryOnFailureOptions = {}): Retrying {
  const retry = parseRetry(policy, 'retryOnFailure()')
  refuseUnknownOptions(options, ['logger', 'clock'], 'retryOnFailure()')
  const logger = new SafeLogger(options.logger ?? console, 'logger')
  const clock = options.clock ?? hostClock
  return <This, Args extends unknown[], Result>(run: (this: This, ...args: Args) => Result) => {
    requireFunction(run, 'retryOnFailure()', 'retryOnFailure(policy)(send)')
    const name = functionName(run)
    return asFunction(async function (this: This, ...args: Args): Promise<Awaited<Result>> {
      const retries = new Retries()
      for (;;) {
        try {
          return await run.apply(this, args)
        } catch (error) {
          const verdict = retries.after(error, retry, Math.random)
          if (verdict.kind === 'failed') {
            logger.error(taskFailedLine(name, retries.attempts, verdict.error), verdict.error)
            throw verdict.error
          }
          const { waitMs, isFailure } = verdict
          if (isFailure) logger.warn(attemptFailedLine(name, retries.attempts, retry, waitMs, error))
          await clock.sleep(waitMs)
        }
      }
    }, run)
  }
}
