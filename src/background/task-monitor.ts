import type { Clock } from '../domain/clock.js'
import { isOf } from '../domain/error-class.js'
import { UsageError } from '../domain/errors.js'
import { refuseUnknownOptions, written } from '../domain/options.js'
import { minuteOf } from '../domain/statistics.js'
import { TaskReader } from '../domain/task-readings.js'
import { isThenable } from '../domain/thenable.js'
import { hostClock } from '../engine/clock.js'
import { EndCounter } from './end-counter.js'
import { MinuteCounts } from './minute-counts.js'
import { countOption } from './task-options.js'

export interface TaskMonitorOptions {
  /** How many names have figures of their own; all others share those of `(other)`. Default 1,000. */
  readonly maxTasks?: number
  /** For tests: `createTestClock()`. Default: the timers and the Date of this process, also faked ones. */
  readonly clock?: Clock
}

const otherTasks = '(other)'

/**
 * Counts the tasks of this process, and judges them by their failures; `engine.monitor()` reads jobs in the same way. Tasks
 * are reported by `monitored()`, or by calls. The memory does not grow with their number.
 */
export class TaskMonitor extends TaskReader {
  readonly #clock: Clock
  readonly #maxTasks: number
  readonly #tasks: Map<string, EndCounter>
  readonly #minutes: MinuteCounts
  #running = 0

  /** Throws UsageError that names an option that is wrong or unknown. */
  constructor(options: TaskMonitorOptions = {}) {
    refuseUnknownOptions(options, ['maxTasks', 'clock'], 'TaskMonitor')
    const clock = options.clock ?? hostClock
    const tasks = new Map<string, EndCounter>()
    const minutes = new MinuteCounts()
    super({
      now: () => clock.now(),
      total: () => tasks.values(),
      since: (first) => minutes.between(first, minuteOf(clock.now())),
    })
    this.#maxTasks = countOption(options.maxTasks ?? 1_000, 'maxTasks')
    this.#clock = clock
    this.#tasks = tasks
    this.#minutes = minutes
  }

  /** How many tasks have started and not ended. */
  get runningTasks(): number {
    return this.#running
  }

  taskStarted(name: string): void {
    requireName(name, 'taskStarted()')
    this.#running += 1
  }

  /** Throws UsageError if the duration is no number. */
  taskCompleted(name: string, durationMs: number): void {
    this.#ended(name, 'completed', durationMs, 'taskCompleted()')
  }

  /** Throws UsageError if the duration is no number. The error is not kept. */
  taskFailed(name: string, durationMs: number, _error?: unknown): void {
    this.#ended(name, 'failed', durationMs, 'taskFailed()')
  }

  /**
   * Runs a function as a task of this name. Returns what it returns, and throws what it throws. The task ends when a promise
   * that it returns has settled; for a thenable of another kind, a promise is returned.
   */
  measure<Result>(name: string, run: () => Result): Result {
    this.taskStarted(name)
    const startedMs = this.#clock.monotonicMs()
    const durationMs = () => this.#clock.monotonicMs() - startedMs
    let returned: Result
    try {
      returned = run()
    } catch (thrown) {
      this.taskFailed(name, durationMs(), thrown)
      throw thrown
    }
    if (!isThenable(returned)) {
      this.taskCompleted(name, durationMs())
      return returned
    }
    // Not a second branch beside what is returned: a rejection that nobody handles must stay one.
    const settling = isOf(returned, Promise) ? returned : Promise.resolve(returned)
    return settling.then(
      (value) => {
        this.taskCompleted(name, durationMs())
        return value
      },
      (error) => {
        this.taskFailed(name, durationMs(), error)
        throw error
      },
    ) as Result
  }

  #ended(name: string, end: 'completed' | 'failed', durationMs: number, call: string): void {
    requireName(name, call)
    if (typeof durationMs !== 'number' || !Number.isFinite(durationMs)) {
      throw new UsageError('E_DURATION', `${call}: ${written(durationMs)} is no number of milliseconds`)
    }
    this.#running = Math.max(0, this.#running - 1)
    // A clock that was set back makes a negative one.
    const duration = Math.max(0, durationMs)
    this.#counterOf(name).add(end, duration)
    this.#minutes.at(minuteOf(this.#clock.now())).add(end, duration)
  }

  #counterOf(name: string): EndCounter {
    const known = this.#tasks.get(name)
    if (known !== undefined) return known
    if (this.#tasks.size >= this.#maxTasks && name !== otherTasks) return this.#counterOf(otherTasks)
    const counter = new EndCounter(name)
    this.#tasks.set(name, counter)
    return counter
  }
}

export function requireName(name: string, call: string): void {
  if (typeof name !== 'string') throw new UsageError('E_OPTION', `${call}: ${written(name)} is no name of a task`)
}
