import type { Clock } from '../domain/clock.js'
import { type Duration, parseDuration } from '../domain/duration.js'
import { UsageError } from '../domain/errors.js'
import { refuseUnknownOptions, written } from '../domain/options.js'
import { hostClock } from '../engine/clock.js'
import { EngineTimetable, type SchedulingEngine } from './engine-timetable.js'
import type { AnyFunction } from './function-call.js'
import { type Logger, SafeLogger } from './logger.js'
import { MemoryTimetable } from './memory-timetable.js'
import { type Recurring, recurringOf } from './recurrence.js'
import {
  type BackgroundTaskOptions,
  countOption,
  noSettings,
  parseTaskOptions,
  requireFunction,
} from './task-options.js'
import type { ScheduledTask, Timetable } from './timetable.js'

export interface BackgroundSchedulerOptions {
  /**
   * Keeps tasks as jobs and schedules of its store, so that they survive this process; its workers run them. The functions
   * must be tasks of the engine. Default: this process keeps and runs them.
   */
  readonly engine?: SchedulingEngine
  /** How many tasks run at a time. Default 10. Not with an engine, whose workers have their own limit. */
  readonly maxConcurrent?: number
  /** Gets a line for each failed attempt, each failed task and each skipped run. Default: `console`. */
  readonly logger?: Logger
  /** For tests: `createTestClock()`. Default: the timers and the Date of this process, also faked ones. */
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
   * comes is skipped and logged. Throws UsageError. With an engine it is a schedule with the name of the task, so a second one
   * of that task needs a name (`E_SCHEDULE_TAKEN`); and one that the store has for another task, other arguments or
   * other kinds of times is left as it is, and `ready` rejects.
   */
  addRecurringTask<Args extends readonly unknown[]>(
    run: (...args: Args) => unknown,
    when: Duration | Recurring,
    ...args: Args
  ): ScheduledTask
}

/**
 * Runs functions later, or again and again. In this process, what is due while it does not run is not made up for; as with
 * `setTimeout`, the process stays alive until the last task is over or `stop()` is called, so a server calls it where it
 * closes its other resources. With an engine the times are kept in its store, and this process may end.
 */
export class BackgroundScheduler implements AddScheduled {
  readonly #clock: Clock
  readonly #timetable: Timetable
  #isStopped = false

  /** Throws UsageError that names an option that is wrong or unknown. */
  constructor(options: BackgroundSchedulerOptions = {}) {
    refuseUnknownOptions(options, ['engine', 'maxConcurrent', 'logger', 'clock'], 'BackgroundScheduler')
    const { engine, maxConcurrent } = options
    this.#clock = options.clock ?? hostClock
    const logger = new SafeLogger(options.logger ?? console, 'logger')
    if (engine === undefined) {
      this.#timetable = new MemoryTimetable(countOption(maxConcurrent ?? 10, 'maxConcurrent'), this.#clock, logger)
      return
    }
    if (maxConcurrent !== undefined) {
      const hint = 'write engine.startWorker({ concurrency })'
      throw new UsageError('E_OPTION', 'maxConcurrent: with an engine its workers limit how much runs', hint)
    }
    this.#timetable = new EngineTimetable(requireEngine(engine), this.#clock, logger)
  }

  addDelayedTask<Args extends readonly unknown[]>(
    run: (...args: Args) => unknown,
    delay: Duration,
    ...args: Args
  ): ScheduledTask {
    return this.#delayed(run as AnyFunction, delay, args, {})
  }

  addRecurringTask<Args extends readonly unknown[]>(
    run: (...args: Args) => unknown,
    when: Duration | Recurring,
    ...args: Args
  ): ScheduledTask {
    return this.#recurring(run as AnyFunction, when, args, {})
  }

  /** For tasks with options: `scheduler.with({ retry: { maxRetries: 2 } }).addDelayedTask(...)`. Throws UsageError. */
  with(options: BackgroundTaskOptions): AddScheduled {
    parseTaskOptions(options, noSettings)
    this.#timetable.check(options)
    const own = { ...options } // later changes to the caller's object must not count
    return {
      addDelayedTask: (run, delay, ...args) => this.#delayed(run as AnyFunction, delay, args, own),
      addRecurringTask: (run, when, ...args) => this.#recurring(run as AnyFunction, when, args, own),
    }
  }

  /**
   * Ends all tasks; resolves when those that run have ended. No timer is left. What waits for a retry or for its place among
   * `maxConcurrent` is given up. With an engine it waits until all is stored, and what is stored stays. A task of
   * the scheduler must not wait for it, since it would wait for itself.
   */
  stop(): Promise<void> {
    this.#isStopped = true
    return this.#timetable.stop()
  }

  #delayed(run: AnyFunction, delay: Duration, args: readonly unknown[], options: BackgroundTaskOptions): ScheduledTask {
    this.#check(run, 'addDelayedTask')
    return this.#timetable.delayed(run, args, parseDuration(delay, 'delay'), options)
  }

  #recurring(
    run: AnyFunction,
    when: Duration | Recurring,
    args: readonly unknown[],
    options: BackgroundTaskOptions,
  ): ScheduledTask {
    this.#check(run, 'addRecurringTask')
    return this.#timetable.recurring(run, args, recurringOf(when), options)
  }

  #check(run: unknown, method: string): void {
    requireFunction(run, `${method}()`, `${method}(send, '1h', address)`)
    if (this.#isStopped) throw new UsageError('E_STOPPED', `${method}(): the scheduler has been stopped`)
  }
}

function requireEngine(engine: SchedulingEngine): SchedulingEngine {
  // JavaScript may hand over anything, often the promise of createEngine().
  const given: Partial<SchedulingEngine> | null = engine
  if (typeof given?.enqueue === 'function' && typeof given.putSchedule === 'function') return engine
  throw new UsageError('E_OPTION', `engine: ${written(engine)} is no engine`, 'write engine: await createEngine(...)')
}
