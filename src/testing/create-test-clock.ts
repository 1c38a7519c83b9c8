import type { Clock } from '../domain/clock.js'
import { type Duration, parseDuration } from '../domain/duration.js'
import { refuseUnknownOptions } from '../domain/options.js'
import { refuseFakedTimers } from './faked-timers.js'
import { movableClock } from './test-clock.js'
import { timeOf } from './time-of.js'

export interface TestClockOptions {
  /** When its time begins: a Date, milliseconds since 1970, or ISO 8601. Default: the time of `Date`. */
  readonly now?: Date | number | string
}

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /**
   * Time passes. What becomes due by then runs at its time, in order, and has some turns of the event loop before time goes
   * on. It does not wait for what is real, such as a file: wait for that by `drain()` or `stop()`. Rejects with UsageError if
   * the duration cannot be read.
   */
  advance(duration: Duration): Promise<void>
}

/**
 * A clock for the option `clock` of BackgroundTasks, BackgroundScheduler, Worker, retryOnFailure and TaskMonitor. Faked timers
 * of a test runner move these too. Throws UsageError if an option is wrong.
 */
export function createTestClock(options: TestClockOptions = {}): FakeClock {
  refuseUnknownOptions(options, ['now'], 'createTestClock()')
  refuseFakedTimers()
  const clock = movableClock()
  clock.setWall(timeOf(options.now))
  return {
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    bootId: clock.bootId,
    after: clock.after,
    sleep: clock.sleep,
    async advance(duration) {
      const ms = parseDuration(duration, 'duration')
      // What was started before, such as by start(), has begun before time goes on.
      await clock.advance(0)
      await clock.advance(ms)
    },
  }
}
