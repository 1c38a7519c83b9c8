import type { Metrics, TaskMetrics } from '../domain/metrics.js'

/** Metrics as programs read them. `windowMs`: null of all time. */
export function metricsToJson({ all, tasks }: Metrics, windowMs: number | null) {
  // Names come from users: no prototype.
  const byName: Record<string, TaskMetrics> = Object.create(null)
  for (const [name, metrics] of tasks) byName[name] = metrics
  return {
    totalTasks: all.total,
    completedTasks: all.completed,
    failedTasks: all.failed,
    retriedTasks: all.retried,
    averageDurationMs: all.averageMs,
    windowMs,
    tasks: byName,
  }
}

export type MetricsJson = ReturnType<typeof metricsToJson>
