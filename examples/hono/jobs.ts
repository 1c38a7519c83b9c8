import { Hono } from 'hono'
import type { Engine } from 'offstage'
import { z } from 'zod'
import { urgent } from './tasks/alerts.ts'
import { processBatch } from './tasks/batches.ts'
import { removeTempFiles } from './tasks/cleanup.ts'

const alert = z.object({ userId: z.string(), message: z.string() })
const batch = z.object({ numbers: z.array(z.number()) })

/** Three queues by urgency, each with its time limit, and what became of a job. */
export function jobs(engine: Engine): Hono {
  const app = new Hono()

  app.post('/urgent-alert', async (context) => {
    const { userId, message } = alert.parse(await context.req.json())
    const job = await engine.enqueue(urgent, [userId, message], { queue: 'high', timeout: '30s' })
    return context.json({ jobId: job.id, queue: 'high' }, 202)
  })

  app.post('/process-batch', async (context) => {
    const { numbers } = batch.parse(await context.req.json())
    const job = await engine.enqueue(processBatch, [numbers], { queue: 'normal', timeout: '5m' })
    return context.json({ jobId: job.id, queue: 'normal', atMost: '5 minutes' }, 202)
  })

  app.post('/schedule-cleanup', async (context) => {
    const job = await engine.enqueue(removeTempFiles, [], { queue: 'low', timeout: '1h' })
    return context.json({ jobId: job.id, queue: 'low' }, 202)
  })

  app.get('/job-status/:id', async (context) => {
    const job = await engine.job(context.req.param('id'))
    if (job === null) return context.json({ error: 'There is no such job.' }, 404)
    const { id, state, queue, timeoutMs, result, createdAt, dueAt, startedAt, endedAt } = job
    const error = job.error?.message ?? null
    return context.json({
      jobId: id,
      status: state,
      queue,
      timeoutMs,
      result,
      error,
      createdAt,
      dueAt,
      startedAt,
      endedAt,
    })
  })

  return app
}
