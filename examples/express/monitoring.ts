import { Router } from 'express'
import type { TaskMonitor } from 'offstage'

/** What monitors and load balancers ask. */
export function monitoring(monitor: TaskMonitor): Router {
  const router = Router()

  router.get('/task-metrics', (_, response) => {
    response.json({
      totalTasks: monitor.totalTasks,
      completedTasks: monitor.completedTasks,
      failedTasks: monitor.failedTasks,
      averageDurationMs: monitor.averageDurationMs,
      tasks: monitor.getTaskStats(),
    })
  })

  // Over 10 % of the tasks of the last five minutes failed: degraded. Over 50 %: unhealthy.
  router.get('/health/background-tasks', (_, response) => {
    const health = monitor.health({ degradedAbove: 0.1, unhealthyAbove: 0.5, windowMs: 5 * 60_000 })
    response.status(health.status === 'unhealthy' ? 503 : 200).json(health)
  })

  return router
}
