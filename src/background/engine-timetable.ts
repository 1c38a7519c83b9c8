import type { Clock } from '../domain/clock.js'
import { UsageError } from '../domain/errors.js'
import type { JobId } from '../domain/job.js'
import type { EnqueueOptions } from '../domain/request.js'
import type { EngineScheduleOptions, TaskFunction } from '../embedded/engine.js'
import type { JobHandle } from '../engine/task.js'
import type { CancelAnswer } from '../stores/store.js'
import type { AnyFunction } from './function-call.js'
import type { SafeLogger } from './logger.js'
import { nextTime, parseRecurrence, type Recurring } from './recurrence.js'
import { notStoredLine } from './report.js'
import { type BackgroundTaskOptions, functionName } from './task-options.js'
import type { ScheduledTask, Timetable } from './timetable.js'

/** What a scheduler needs of an engine, such as one of `createEngine()`. */
export interface SchedulingEngine {
  enqueue(task: TaskFunction, args: readonly never[], options?: EnqueueOptions): Promise<JobHandle>
  cancel(id: JobId): Promise<CancelAnswer>
  putSchedule(
    name: string,
    task: TaskFunction,
    args: readonly never[],
    options: EngineScheduleOptions,
  ): Promise<unknown>
  removeSchedule(name: string): Promise<boolean>
}

/** Keeps times as jobs and schedules of an engine. */
export class EngineTimetable implements Timetable {
  readonly #engine: SchedulingEngine
  readonly #clock: Clock
  readonly #logger: SafeLogger
  readonly #storing = new Set<Promise<unknown>>()

  constructor(engine: SchedulingEngine, clock: Clock, logger: SafeLogger) {
    this.#engine = engine
    this.#clock = clock
    this.#logger = logger
  }

  check({ retry }: BackgroundTaskOptions): void {
    if (retry === undefined) return
    const hint = 'write it in task({ retry }, ...)'
    throw new UsageError('E_OPTION', 'retry: with an engine a task has the retries of its definition', hint)
  }

  delayed(run: AnyFunction, args: readonly unknown[], delayMs: number, options: BackgroundTaskOptions): ScheduledTask {
    const name = options.name ?? functionName(run)
    const { timeout } = options
    const limit = timeout === undefined ? {} : { timeout }
    const stored = this.#store(name, this.#engine.enqueue(run, args as never[], { delay: delayMs, ...limit }))
    const nextAt = new Date(this.#clock.now() + delayMs)
    const cancel = async () => (await this.#engine.cancel((await stored).id)) === 'cancelled'
    return new StoredTask(name, nextAt, stored, cancel)
  }

  recurring(
    run: AnyFunction,
    args: readonly unknown[],
    when: Recurring,
    options: BackgroundTaskOptions,
  ): ScheduledTask {
    const name = options.name ?? functionName(run)
    const now = this.#clock.now()
    const nextAt = new Date(nextTime(parseRecurrence(when, now), now))
    const { interval: every, startTime: startAt } = when
    const { timeout } = options
    // As it was written: after a restart it must be the same schedule, and go on counting.
    const start = startAt === undefined ? {} : { startAt }
    const limit = timeout === undefined ? {} : { timeout }
    const stored = this.#store(
      name,
      this.#engine.putSchedule(name, run, args as never[], { every, ...start, ...limit }),
    )
    const cancel = async () => {
      await stored
      return this.#engine.removeSchedule(name)
    }
    return new StoredTask(name, nextAt, stored, cancel)
  }

  /** What is stored stays: the workers and schedulers of the engine see to it. */
  async stop(): Promise<void> {
    await Promise.allSettled([...this.#storing])
  }

  /** Whoever adds a task need not wait for `ready`, and must hear of a failure all the same. */
  #store<Stored>(name: string, storing: Promise<Stored>): Promise<Stored> {
    this.#storing.add(storing)
    storing
      .catch((error) => this.#logger.error(notStoredLine(name, error), error))
      .finally(() => this.#storing.delete(storing))
    return storing
  }
}

class StoredTask implements ScheduledTask {
  readonly name: string
  readonly ready: Promise<void>
  readonly #firstAt: Date
  readonly #cancel: () => Promise<boolean>
  #isCancelled = false

  constructor(name: string, firstAt: Date, stored: Promise<unknown>, cancel: () => Promise<boolean>) {
    this.name = name
    this.#firstAt = firstAt
    this.#cancel = cancel
    this.ready = stored.then(() => {})
    this.ready.catch(() => {}) // it is logged
  }

  get nextAt(): Date | null {
    return this.#isCancelled ? null : this.#firstAt
  }

  async cancel(): Promise<boolean> {
    this.#isCancelled = true
    return this.#cancel()
  }
}
