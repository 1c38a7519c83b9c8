import { countOf, mergedDurations, percentileMs } from './percentiles.js'
import type { TaskStatistics } from './statistics.js'
import { isInSums } from './statistics-name.js'

/** The ends of one task, or of all. Durations are those of last attempts; null: none ran. */
export interface TaskMetrics {
  readonly total: number
  readonly completed: number
  readonly failed: number
  readonly retried: number
  readonly averageMs: number | null
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
  /** 0 to 1; null: nothing ended. */
  readonly failureRate: number | null
}

export interface Metrics {
  /** Without notifications: a failure would count as a completed job too. */
  readonly all: TaskMetrics
  /** By name, sorted. */
  readonly tasks: ReadonlyMap<string, TaskMetrics>
}

/** Sums up what was counted by queue and task. */
export function metricsOf(statistics: readonly TaskStatistics[]): Metrics {
  const byTask = new Map<string, TaskStatistics[]>()
  for (const one of statistics) {
    const known = byTask.get(one.task)
    if (known === undefined) byTask.set(one.task, [one])
    else known.push(one)
  }
  const names = [...byTask.keys()].sort()
  return {
    all: summedUp(statistics.filter(isInSums)),
    tasks: new Map(names.map((name) => [name, summedUp(byTask.get(name) ?? [])])),
  }
}

function summedUp(statistics: readonly TaskStatistics[]): TaskMetrics {
  const sum = (count: (one: TaskStatistics) => number) => statistics.reduce((total, one) => total + count(one), 0)
  const [completed, failed] = [sum((one) => one.completed), sum((one) => one.failed)]
  const total = completed + failed
  const durations = mergedDurations(statistics.map((one) => one.durations))
  const ran = countOf(durations)
  return {
    total,
    completed,
    failed,
    retried: sum((one) => one.retried),
    averageMs: ran === 0 ? null : Math.round(sum((one) => one.durationMs) / ran),
    p50Ms: percentileMs(durations, 0.5),
    p95Ms: percentileMs(durations, 0.95),
    p99Ms: percentileMs(durations, 0.99),
    failureRate: total === 0 ? null : failed / total,
  }
}
