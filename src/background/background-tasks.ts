import { EventEmitter } from 'node:events'
import type { Clock } from '../domain/clock.js'
import type { Duration } from '../domain/duration.js'
import { booleanOption, refuseUnknownOptions } from '../domain/options.js'
import { parseTimeout } from '../domain/request.js'
import { parseRetry, type RetryOptions } from '../domain/retry.js'
import { hostClock } from '../engine/clock.js'
import { BackgroundTask } from './background-task.js'
import { Callable } from './callable.js'
import { Executor } from './executor.js'
import { callSafely, type Logger, SafeLogger } from './logger.js'
import { attemptFailedLine, listenerFailedLine, taskFailedLine } from './report.js'
import { noRetry } from './retries.js'
import {
  type BackgroundTaskOptions,
  countOption,
  parseTaskOptions,
  requireFunction,
  type TaskSettings,
} from './task-options.js'

export interface BackgroundTasksOptions {
  /** How many tasks run at a time. Default 10. */
  readonly maxConcurrent?: number
  /**
   * Whether the other tasks run on when one has failed. Default true: `execute()` never rejects. If false, no further
   * task is started after the first failure, those that run end, and `execute()` rejects with that error; the others
   * stay pending, for the next `execute()` or `clear()`.
   */
  readonly continueOnError?: boolean
  /** Gets a line for each failed attempt and each failed task. Default: `console`. */
  readonly logger?: Logger
  /** A `RetryPolicy` or its options, for all tasks that have none of their own. Default: no retry. */
  readonly retry?: RetryOptions
  /** Limit of one attempt, for all tasks that have none of their own; false for none. Default: none. */
  readonly timeout?: Duration | false
  /** For tests: `createTestClock()`. Default: the timers and the Date of this process, also faked ones. */
  readonly clock?: Clock
}

/** A task that failed for good. */
export interface TaskFailed {
  readonly name: string
  readonly error: unknown
  /** How many there were, the first one included. */
  readonly attempts: number
}

export interface BackgroundTasksEvents {
  failed: [event: TaskFailed]
}

/**
 * What adds a task with its arguments. They are passed by reference. A task runs in the async context of its caller; one that
 * starts when the job that has added it is over, outside of that.
 */
export interface AddTask {
  /** Throws UsageError `E_TASK` if `run` is no function, or a class or a generator. */
  addTask<Args extends readonly unknown[]>(run: (...args: Args) => unknown, ...args: Args): void
}

const known: readonly (keyof BackgroundTasksOptions)[] = [
  'maxConcurrent',
  'continueOnError',
  'logger',
  'retry',
  'timeout',
  'clock',
]

/**
 * Functions that run in this process beside the request that added them. They are gone when the process ends: what must
 * survive that is a job. `await tasks()` is `await tasks.execute()`.
 */
export class BackgroundTasks extends Callable<Promise<void>> implements AddTask {
  readonly #executor: Executor
  readonly #defaults: TaskSettings
  readonly #logger: SafeLogger
  readonly #events = new EventEmitter<BackgroundTasksEvents>()

  /** Throws UsageError that names an option that is wrong or unknown. */
  constructor(options: BackgroundTasksOptions = {}) {
    super(() => this.execute())
    refuseUnknownOptions(options, known, 'BackgroundTasks')
    const { maxConcurrent = 10, continueOnError = true, logger = console, retry, timeout = false } = options
    this.#logger = new SafeLogger(logger, 'logger')
    this.#defaults = {
      retry: retry === undefined ? noRetry : parseRetry(retry, 'retry'),
      timeoutMs: parseTimeout(timeout, 'timeout'),
      name: null,
    }
    const goOn = booleanOption(continueOnError, 'continueOnError')
    const limit = countOption(maxConcurrent, 'maxConcurrent')
    this.#executor = new Executor(limit, goOn, options.clock ?? hostClock, {
      attemptFailed: (task, waitMs, error) => {
        this.#logger.warn(attemptFailedLine(task.name, task.attempts, task.settings.retry, waitMs, error))
      },
      failed: (task, error) => {
        this.#logger.error(taskFailedLine(task.name, task.attempts, error), error)
        this.#emitFailed({ name: task.name, error, attempts: task.attempts })
      },
    })
  }

  /** How many tasks have not started, or wait for a retry. */
  get pending(): number {
    return this.#executor.pending
  }

  /** How many tasks run. */
  get running(): number {
    return this.#executor.running
  }

  /** Adds a function with its arguments. It starts with `execute()` or `start()`, or soon if a run is under way. */
  addTask<Args extends readonly unknown[]>(run: (...args: Args) => unknown, ...args: Args): void {
    this.#add(run, args, this.#defaults)
  }

  /** For tasks with options of their own: `tasks.with({ timeout: '30s' }).addTask(send, address)`. Throws UsageError. */
  with(options: BackgroundTaskOptions): AddTask {
    const settings = parseTaskOptions(options, this.#defaults)
    return { addTask: (run, ...args) => this.#add(run, args, settings) }
  }

  /**
   * Runs what was added, in that order, and what is added meanwhile. Resolves when all of it has ended, retries
   * included. If a run is under way, it is that one's end. A task must not wait for its own run: neither would end.
   */
  execute(): Promise<void> {
    return this.#executor.execute()
  }

  /** The same as `execute()`. */
  executeAll(): Promise<void> {
    return this.execute()
  }

  /**
   * Begins a run and returns at once: the first function is called in the next turn of the event loop, so that a response
   * that is sent in this one does not wait for it. Failures are logged, never thrown.
   */
  start(): void {
    this.#executor.start().catch(() => {})
  }

  /** Resolves when the run that is under way has ended; never rejects. Starts nothing. */
  drain(): Promise<void> {
    return this.#executor.drain()
  }

  /** Removes the tasks that have not started or wait for a retry; returns how many. */
  clear(): number {
    return this.#executor.clear()
  }

  /** Calls `listener` for each task that fails for good. An error of the listener is logged. */
  on(event: 'failed', listener: (event: TaskFailed) => void): this {
    this.#events.on(event, listener)
    return this
  }

  once(event: 'failed', listener: (event: TaskFailed) => void): this {
    this.#events.once(event, listener)
    return this
  }

  off(event: 'failed', listener: (event: TaskFailed) => void): this {
    this.#events.off(event, listener)
    return this
  }

  /** One listener that throws must neither break the run nor keep the event from the others. */
  #emitFailed(event: TaskFailed): void {
    for (const listener of this.#events.rawListeners('failed')) {
      callSafely(
        () => listener(event),
        (error) => this.#logger.error(listenerFailedLine(event.name, error), error),
      )
    }
  }

  #add<Args extends readonly unknown[]>(run: (...args: Args) => unknown, args: Args, settings: TaskSettings): void {
    requireFunction(run, 'addTask()', 'addTask(send, address)')
    this.#executor.add(new BackgroundTask(run as (...args: never[]) => unknown, args, settings))
  }
}
