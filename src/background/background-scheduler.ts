import type { Clock } from '../domain/clock.js'
import { type Duration, parseDuration } from '../domain/duration.js'
import { UsageError } from '../domain/errors.js'
import { refuseUnknownOptions } from '../domain/options.js'
import { systemClock } from '../engine/clock.js'
import type { AnyFunction } from './function-call.js'
import { type Logger, SafeLogger } from './logger.js'
import { MemoryTimetable } from './memory-timetable.js'
import { parseRecurrence, type Recurring } from './recurrence.js'
import { noRetry } from './retries.js'
import {
  type BackgroundTaskOptions,
  countOption,
  parseTaskOptions,
  requireFunction,
  type TaskSettings,
} from './task-options.js'
import type { ScheduledTask, Timetable } from './timetable.js'

export interface BackgroundSchedulerOptions {
  /** How many tasks run at a time. Default 10. */
  readonly maxConcurrent?: number
  /** Gets a line for each failed attempt, each failed task and each skipped run. Default: `console`. */
  readonly logger?: Logger
  /** For tests. Default: the time of the system. */
  readonly clock?: Clock
}

/** What adds tasks for later, with their arguments. */
export interface AddScheduled {
  /** Runs a function once, after `delay`: milliseconds, or text such as `1h`. Throws UsageError. */
  addDelayedTask<Args extends readonly unknown[]>(
    run: (...args: Args) => unknown,
    delay: Duration,
    ...args: Args
  ): ScheduledTask
  /**
   * Runs a function again and again, at fixed times that do not depend on how long it takes. While it runs, a time that
   * comes is skipped and logged. Throws UsageError.
   */
  addRecurringTask<Args extends readonly unknown[]>(
    run: (...args: Args) => unknown,
    when: Duration | Recurring,
    ...args: Args
  ): ScheduledTask
}

const noSettings: TaskSettings = { retry: noRetry, timeoutMs: null, name: null }

/**
 * Runs functions of this process later, or again and again. What is due while the process does not run is not made up for.
 * As with `setTimeout`, the process stays alive until the last task is over or `stop()` is called: a server calls it where
 * it closes its other resources.
 */
export class BackgroundScheduler implements AddScheduled {
  readonly #clock: Clock
  readonly #timetable: Timetable
  #isStopped = false

  /** Throws UsageError that names an option that is wrong or unknown. */
  constructor(options: BackgroundSchedulerOptions = {}) {
    refuseUnknownOptions(options, ['maxConcurrent', 'logger', 'clock'], 'BackgroundScheduler')
    this.#clock = options.clock ?? systemClock
    const logger = new SafeLogger(options.logger ?? console, 'logger')
    this.#timetable = new MemoryTimetable(
      countOption(options.maxConcurrent ?? 10, 'maxConcurrent'),
      this.#clock,
      logger,
    )
  }

  addDelayedTask<Args extends readonly unknown[]>(
    run: (...args: Args) => unknown,
    delay: Duration,
    ...args: Args
  ): ScheduledTask {
    return this.#delayed(run as AnyFunction, delay, args, noSettings)
  }

  addRecurringTask<Args extends readonly unknown[]>(
    run: (...args: Args) => unknown,
    when: Duration | Recurring,
    ...args: Args
  ): ScheduledTask {
    return this.#recurring(run as AnyFunction, when, args, noSettings)
  }

  /** For tasks with options: `scheduler.with({ retry: { maxRetries: 2 } }).addDelayedTask(...)`. Throws UsageError. */
  with(options: BackgroundTaskOptions): AddScheduled {
    const settings = parseTaskOptions(options, noSettings)
    return {
      addDelayedTask: (run, delay, ...args) => this.#delayed(run as AnyFunction, delay, args, settings),
      addRecurringTask: (run, when, ...args) => this.#recurring(run as AnyFunction, when, args, settings),
    }
  }

  /**
   * Ends all tasks; resolves when those that run have ended. No timer is left. What waits for a retry or for its place among
   * `maxConcurrent` is given up.
   */
  stop(): Promise<void> {
    this.#isStopped = true
    return this.#timetable.stop()
  }

  #delayed(run: AnyFunction, delay: Duration, args: readonly unknown[], settings: TaskSettings): ScheduledTask {
    this.#check(run, 'addDelayedTask()')
    return this.#timetable.delayed(run, args, parseDuration(delay, 'delay'), settings)
  }

  #recurring(
    run: AnyFunction,
    when: Duration | Recurring,
    args: readonly unknown[],
    settings: TaskSettings,
  ): ScheduledTask {
    this.#check(run, 'addRecurringTask()')
    return this.#timetable.recurring(run, args, parseRecurrence(when, this.#clock.now()), settings)
  }

  #check(run: unknown, call: string): void {
    requireFunction(run, call)
    if (this.#isStopped) throw new UsageError('E_STOPPED', `${call}: the scheduler has been stopped`)
  }
}
