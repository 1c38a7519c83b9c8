import { join } from 'node:path'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { BackgroundScheduler, BackgroundTasks, createEngine } from 'offstage'
import { ZodError } from 'zod'
import { inData } from './data.ts'
import { jobs } from './jobs.ts'
import { monitoring } from './monitoring.ts'
import { operations } from './operations.ts'
import { removeTempFiles } from './tasks/cleanup.ts'

export interface Operations {
  readonly app: Hono
  close(): Promise<void>
}

/** The whole service, which listens to no port yet. With `embeddedWorker`, task processes beside it run its jobs. */
export async function createOperations(embeddedWorker: boolean): Promise<Operations> {
  const background = new BackgroundTasks()
  const engine = await createEngine({
    store: `sqlite:${inData('jobs.db')}`,
    tasks: join(import.meta.dirname, 'tasks'),
  })
  if (embeddedWorker) await engine.startWorker({ queues: { high: 5, normal: 2, low: 1, default: 1 } })
  // In the store: however many servers add it, it is one schedule, and their workers fire each night once.
  const scheduler = new BackgroundScheduler({ engine })
  await scheduler.addRecurringTask(removeTempFiles, { interval: '1d', startTime: '02:00' }).ready

  const app = new Hono()
  app.route('/', jobs(engine))
  app.route('/', operations(background, engine))
  app.route('/', monitoring(engine))
  app.onError((error, context) => {
    if (error instanceof ZodError || error instanceof SyntaxError) return context.json({ error: error.message }, 400)
    if (error instanceof HTTPException) return error.getResponse()
    console.error(error)
    return context.json({ error: 'Something that this server needs does not work.' }, 500)
  })

  return {
    app,
    async close() {
      await background.drain()
      await scheduler.stop()
      await engine.close()
    },
  }
}
