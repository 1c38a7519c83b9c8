import type { Clock } from '../domain/clock.js'
import type { EpochMs } from '../domain/job.js'
import { outsideJobs } from '../engine/current-job.js'
import { BackgroundTask } from './background-task.js'
import { Executor } from './executor.js'
import type { AnyFunction } from './function-call.js'
import type { SafeLogger } from './logger.js'
import { countPassed, nextTime, parseRecurrence, type Recurring } from './recurrence.js'
import { attemptFailedLine, missedLine, skippedLine, taskFailedLine } from './report.js'
import {
  type BackgroundTaskOptions,
  functionName,
  noSettings,
  parseTaskOptions,
  type TaskSettings,
} from './task-options.js'
import { contextOfCaller } from './task-signal.js'
import type { ScheduledTask, Timetable } from './timetable.js'

// Timers do not notice a clock that is set, or a machine that slept.
const longestSleepMs = 60_000

// Between shorter intervals any busy turn of the loop skips some.
const worthTellingMs = 1_000

/** Keeps times by timers of this process. */
export class MemoryTimetable implements Timetable {
  readonly #clock: Clock
  readonly #logger: SafeLogger
  readonly #executor: Executor<TimedTask>
  readonly #timed = new Set<Timed>()

  constructor(maxConcurrent: number, clock: Clock, logger: SafeLogger) {
    this.#clock = clock
    this.#logger = logger
    this.#executor = new Executor(maxConcurrent, true, clock, {
      completed: (task) => task.ended(),
      attemptFailed: (task, waitMs, error) =>
        logger.warn(attemptFailedLine(task.name, task.attempts, task.settings.retry, waitMs, error)),
      failed: (task, error) => {
        logger.error(taskFailedLine(task.name, task.attempts, error), error)
        task.ended()
      },
    })
  }

  check(): void {
    // All of them can be used.
  }

  delayed(run: AnyFunction, args: readonly unknown[], delayMs: number, options: BackgroundTaskOptions): ScheduledTask {
    const settings = parseTaskOptions(options, noSettings)
    // What is for later is no part of the job that adds it.
    const task = outsideJobs(() => new TimedTask(run, args, settings, () => {}))
    const timed = new Timed(task.name, this.#clock.now() + delayMs, () => this.#timed.delete(timed))
    this.#timed.add(timed)
    timed.sleep(this.#clock, delayMs, () => {
      timed.end()
      this.#start(task)
    })
    return timed
  }

  recurring(
    run: AnyFunction,
    args: readonly unknown[],
    when: Recurring,
    options: BackgroundTaskOptions,
  ): ScheduledTask {
    const recurrence = parseRecurrence(when, this.#clock.now())
    const settings = parseTaskOptions(options, noSettings)
    const name = settings.name ?? functionName(run)
    const context = outsideJobs(contextOfCaller)
    let isRunning = false
    const timed = new Timed(name, nextTime(recurrence, this.#clock.now()), () => this.#timed.delete(timed))
    const fire = (at: EpochMs) => {
      if (isRunning) {
        this.#logger.warn(skippedLine(name, new Date(at)))
        return
      }
      isRunning = true
      const ended = () => {
        isRunning = false
      }
      this.#start(context.runInAsyncScope(() => new TimedTask(run, args, settings, ended)))
    }
    const wake = () => {
      const now = this.#clock.now()
      const at = timed.at
      // A clock that was set back has earlier times again.
      timed.at = now >= at ? nextTime(recurrence, now) : Math.min(at, nextTime(recurrence, now))
      const passed = now >= at ? countPassed(recurrence, at, now) : 0
      if (passed > 0 && now - at >= worthTellingMs) this.#logger.warn(missedLine(name, new Date(at), passed))
      sleep(now)
      if (now >= at) fire(at)
    }
    const sleep = (now: EpochMs) => timed.sleep(this.#clock, Math.min(timed.at - now, longestSleepMs), wake)
    this.#timed.add(timed)
    sleep(this.#clock.now())
    return timed
  }

  async stop(): Promise<void> {
    for (const timed of this.#timed) timed.end()
    await this.#executor.end()
  }

  #start(task: TimedTask): void {
    this.#executor.add(task)
    this.#executor.execute().catch(() => {})
  }
}

class TimedTask extends BackgroundTask {
  /** Called once, after the last attempt. */
  readonly ended: () => void

  constructor(run: AnyFunction, args: readonly unknown[], settings: TaskSettings, ended: () => void) {
    super(run, args, settings)
    this.ended = ended
  }
}

class Timed implements ScheduledTask {
  readonly name: string
  readonly ready = Promise.resolve()
  at: EpochMs
  readonly #removed: () => void
  #cancelTimer: (() => void) | null = null
  #isOver = false

  constructor(name: string, at: EpochMs, removed: () => void) {
    this.name = name
    this.at = at
    this.#removed = removed
  }

  get nextAt(): Date | null {
    return this.#isOver ? null : new Date(this.at)
  }

  sleep(clock: Clock, ms: number, wake: () => void): void {
    this.#cancelTimer = clock.after(ms, wake)
  }

  async cancel(): Promise<boolean> {
    return this.end()
  }

  end(): boolean {
    if (this.#isOver) return false
    this.#isOver = true
    this.#cancelTimer?.()
    this.#removed()
    return true
  }
}
