import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../domain/clock.js'
import { UsageError } from '../domain/errors.js'
import type { JobId } from '../domain/job.js'
import { parseJson } from '../domain/json.js'
import type { EnqueueOptions } from '../domain/request.js'
import type { EngineScheduleOptions, ScheduleRecord, TaskFunction } from '../embedded/engine.js'
import { argsText, type JobHandle } from '../engine/task.js'
import type { CancelAnswer } from '../stores/store.js'
import type { AnyFunction } from './function-call.js'
import type { SafeLogger } from './logger.js'
import { nextTime, parseRecurrence, type Recurring } from './recurrence.js'
import { notStoredLine, scheduleChangedLine } from './report.js'
import { StoredTask } from './stored-task.js'
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
  ): Promise<'added' | 'changed' | 'unchanged'>
  schedule(name: string): Promise<ScheduleRecord | null>
  removeSchedule(name: string): Promise<boolean>
  taskName(task: TaskFunction): string
}

/** Keeps times as jobs and schedules of an engine. */
export class EngineTimetable implements Timetable {
  readonly #engine: SchedulingEngine
  readonly #clock: Clock
  readonly #logger: SafeLogger
  readonly #storing = new Set<Promise<unknown>>()
  /** The names of the recurring tasks. */
  readonly #recurring = new Set<string>()

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
    const name = options.name ?? this.#taskName(run)
    const { timeout } = options
    const limit = timeout === undefined ? {} : { timeout }
    const stored = this.#store(name, this.#engine.enqueue(run, args as never[], { delay: delayMs, ...limit }))
    const nextAt = new Date(this.#clock.now() + delayMs)
    const remove = async () => (await this.#engine.cancel((await stored).id)) === 'cancelled'
    return new StoredTask(name, nextAt, stored, remove)
  }

  recurring(
    run: AnyFunction,
    args: readonly unknown[],
    when: Recurring,
    options: BackgroundTaskOptions,
  ): ScheduledTask {
    const name = options.name ?? this.#taskName(run)
    const now = this.#clock.now()
    const nextAt = new Date(nextTime(parseRecurrence(when, now), now))
    const { interval: every, startTime: startAt } = when
    const { timeout } = options
    // As it was written: after a restart it must be the same schedule, and go on counting.
    const start = startAt === undefined ? {} : { startAt }
    const limit = timeout === undefined ? {} : { timeout }
    if (this.#recurring.has(name)) {
      throw new UsageError(
        'E_SCHEDULE_TAKEN',
        `addRecurringTask(): the scheduler has a recurring task ${name}, and the second would replace it`,
        'give each a name of its own: with({ name })',
      )
    }
    this.#recurring.add(name)
    const stored = this.#store(name, this.#putSchedule(name, run, args, { every, ...start, ...limit }))
    stored.catch(() => this.#recurring.delete(name))
    const remove = async () => {
      const { task, args: own } = await stored
      const found = await this.#engine.schedule(name)
      const isRemoved = found !== null && isOf(found, task, own) && (await this.#engine.removeSchedule(name))
      this.#recurring.delete(name)
      return isRemoved
    }
    return new StoredTask(name, nextAt, stored, remove)
  }

  /** Resolves to what is stored: the name of the task, and its arguments as JSON carries them. */
  async #putSchedule(name: string, run: AnyFunction, args: readonly unknown[], options: EngineScheduleOptions) {
    // Before anything is waited for: the caller may change them.
    const own = parseJson(argsText(args)) as never[]
    const task = this.#engine.taskName(run)
    const before = await this.#engine.schedule(name)
    // One of the code or the config is refused by the engine.
    if (before?.source === 'cli' && !(isOf(before, task, own) && before.plan?.kind === 'every')) throw taken(before)
    const answer = await this.#engine.putSchedule(name, run, own, options)
    const timesBefore = before?.plan?.times
    if (answer === 'changed' && timesBefore !== undefined) this.#logger.warn(scheduleChangedLine(name, timesBefore))
    return { task, args: own }
  }

  /** The name of the function's task. If it is none, storing it says so. */
  #taskName(run: AnyFunction): string {
    try {
      return this.#engine.taskName(run)
    } catch {
      return functionName(run)
    }
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

function isOf({ task, plan }: ScheduleRecord, name: string, args: readonly unknown[]): boolean {
  return task === name && plan !== null && isDeepStrictEqual(plan.args, args)
}

function taken({ name, task, plan }: ScheduleRecord): UsageError {
  const times = plan === null ? '' : ` (${plan.times})`
  return new UsageError(
    'E_SCHEDULE_TAKEN',
    `the store has another schedule ${name}, of the task ${task}${times}`,
    `give this one another name: with({ name }), or remove that one: offstage schedule remove ${name}`,
  )
}
