import { Hono } from 'hono'
import type { Engine } from 'offstage'

const fiveMinutesMs = 5 * 60_000

/** Numbers of all jobs of the store, whichever process has run them. */
export function monitoring(engine: Engine): Hono {
  const app = new Hono()

  app.get('/task-metrics', async (context) => {
    const monitor = await engine.monitor()
    const { totalTasks, completedTasks, failedTasks, averageDurationMs } = monitor
    return context.json({ totalTasks, completedTasks, failedTasks, averageDurationMs, tasks: monitor.getTaskStats() })
  })

  app.get('/health/background-tasks', async (context) => {
    const monitor = await engine.monitor()
    const health = monitor.health({ degradedAbove: 0.1, unhealthyAbove: 0.5, windowMs: fiveMinutesMs })
    return context.json(health, health.status === 'unhealthy' ? 503 : 200)
  })

  return app
}
