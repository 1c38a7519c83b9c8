import { UsageError } from './errors.js'
import { defaultHealthLimits, type HealthStatus, maxFailureRate } from './health.js'
import type { EpochMs } from './job.js'
import { refuseUnknownOptions, written } from './options.js'
import { minuteOf } from './statistics.js'
import { isInSums } from './statistics-name.js'

/** What became of tasks. */
export interface TaskStats {
  /** Those that ended: completed and failed. */
  readonly totalTasks: number
  readonly completedTasks: number
  readonly failedTasks: number
  /** 0 to 1. 0 if none has ended. */
  readonly failureRate: number
  /** Of the last attempts, in milliseconds. 0 if none ran. */
  readonly averageDurationMs: number
}

/** The limits of `health()`. */
export interface TaskHealthOptions {
  /** A larger share of failures is `degraded`, 0 to 1. Default 0.1. */
  readonly degradedAbove?: number
  /** A larger share of failures is `unhealthy`, 0 to 1. Default 0.5. */
  readonly unhealthyAbove?: number
  /** How far back it looks, in milliseconds: a minute to an hour. Default five minutes. */
  readonly windowMs?: number
}

/** How tasks fare, and what became of those that ended in the window. */
export interface TaskHealth extends TaskStats {
  readonly status: HealthStatus
}

/** What a monitor of tasks reads, of all time or of the last minutes. A window begins with a whole minute. */
export interface TaskReadings extends TaskStats {
  /** Of all time, by the name of the task. */
  getTaskStats(): Readonly<Record<string, TaskStats>>
  /** Of the last minutes, 1 to 60. Throws UsageError `E_OPTION`. */
  getRecentStats(options: { readonly minutes: number }): TaskStats
  /** Judges the share of failures in a window; `healthy` if none has ended. Throws UsageError `E_OPTION`. */
  health(options?: TaskHealthOptions): TaskHealth
  /** What JSON.stringify makes of it: the figures of all time, and those of each task. */
  toJSON(): TaskStats & { readonly tasks: Readonly<Record<string, TaskStats>> }
}

/** Ends of one task. */
export interface EndCounts {
  readonly task: string
  readonly completed: number
  readonly failed: number
  /** How many of them ran, and for how long together: a job may fail without a start. */
  readonly ran: number
  readonly durationMs: number
}

/** Where readings come from. */
export interface CountedEnds {
  now(): EpochMs
  /** Of all time; a task may be in several. */
  total(): Iterable<EndCounts>
  /** Of this minute since 1970, and of later ones. */
  since(minute: number): Iterable<EndCounts>
}

/** How many minutes back readings reach. */
export const readableMinutes = 60

const minuteMs = 60_000

/** Reads what was counted. */
export class TaskReader implements TaskReadings {
  readonly #ends: CountedEnds

  constructor(ends: CountedEnds) {
    this.#ends = ends
  }

  get totalTasks(): number {
    return this.#all().totalTasks
  }

  get completedTasks(): number {
    return this.#all().completedTasks
  }

  get failedTasks(): number {
    return this.#all().failedTasks
  }

  get failureRate(): number {
    return this.#all().failureRate
  }

  get averageDurationMs(): number {
    return this.#all().averageDurationMs
  }

  getTaskStats(): Readonly<Record<string, TaskStats>> {
    const byTask = new Map<string, EndCounts[]>()
    for (const ends of this.#ends.total()) {
      const known = byTask.get(ends.task)
      if (known === undefined) byTask.set(ends.task, [ends])
      else known.push(ends)
    }
    return Object.fromEntries([...byTask].map(([task, ends]) => [task, statsOf(ends)]))
  }

  getRecentStats(options: { readonly minutes: number }): TaskStats {
    refuseUnknownOptions(options, ['minutes'], 'getRecentStats()')
    const { minutes } = options
    if (Number.isInteger(minutes) && minutes >= 1 && minutes <= readableMinutes) return this.#recent(minutes * minuteMs)
    throw new UsageError('E_OPTION', `minutes: ${written(minutes)} is not a whole number from 1 to ${readableMinutes}`)
  }

  health(options: TaskHealthOptions = {}): TaskHealth {
    refuseUnknownOptions(options, ['degradedAbove', 'unhealthyAbove', 'windowMs'], 'health()')
    const degradedAbove = shareOf(options.degradedAbove ?? maxFailureRate.degraded, 'degradedAbove')
    const unhealthyAbove = shareOf(options.unhealthyAbove ?? maxFailureRate.unhealthy, 'unhealthyAbove')
    const stats = this.#recent(windowOf(options.windowMs ?? defaultHealthLimits.windowMs))
    // Both are compared, in whatever order they are: the worse one counts.
    if (stats.failureRate > unhealthyAbove) return { status: 'unhealthy', ...stats }
    return { status: stats.failureRate > degradedAbove ? 'degraded' : 'healthy', ...stats }
  }

  toJSON(): TaskStats & { readonly tasks: Readonly<Record<string, TaskStats>> } {
    return { ...this.#all(), tasks: this.getTaskStats() }
  }

  #all(): TaskStats {
    return statsOf([...this.#ends.total()].filter(isInSums))
  }

  #recent(windowMs: number): TaskStats {
    return statsOf([...this.#ends.since(minuteOf(this.#ends.now() - windowMs))].filter(isInSums))
  }
}

function statsOf(ends: readonly EndCounts[]): TaskStats {
  const sum = (count: (one: EndCounts) => number) => ends.reduce((total, one) => total + count(one), 0)
  const [completedTasks, failedTasks, ran] = [
    sum(({ completed }) => completed),
    sum(({ failed }) => failed),
    sum((one) => one.ran),
  ]
  const totalTasks = completedTasks + failedTasks
  return {
    totalTasks,
    completedTasks,
    failedTasks,
    failureRate: totalTasks === 0 ? 0 : failedTasks / totalTasks,
    averageDurationMs: ran === 0 ? 0 : sum(({ durationMs }) => durationMs) / ran,
  }
}

function shareOf(value: number, option: string): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  throw new UsageError('E_OPTION', `${option}: ${written(value)} is not a number from 0 to 1`)
}

function windowOf(windowMs: number): number {
  if (typeof windowMs === 'number' && windowMs >= minuteMs && windowMs <= readableMinutes * minuteMs) return windowMs
  const limits = `${minuteMs} to ${readableMinutes * minuteMs}`
  throw new UsageError('E_OPTION', `windowMs: ${written(windowMs)} is not a number of milliseconds from ${limits}`)
}
