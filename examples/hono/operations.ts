import { appendFile, mkdir } from 'node:fs/promises'
import { Hono } from 'hono'
import type { BackgroundTasks, Engine } from 'offstage'
import { z } from 'zod'
import { inData } from './data.ts'

const operation = z.object({ name: z.string() })
const bulk = z.object({ numbers: z.array(z.number()) })

/** What is quick and starts at once stays in this process; what is large, or must survive it, becomes a job. */
export function operations(background: BackgroundTasks, engine: Engine): Hono {
  async function processCriticalData({ name }: z.infer<typeof operation>): Promise<void> {
    await mkdir(inData(), { recursive: true })
    await appendFile(inData('critical.log'), `${name}\n`)
  }

  const app = new Hono()

  app.post('/critical-operation', async (context) => {
    background.addTask(processCriticalData, operation.parse(await context.req.json()))
    background.start()
    return context.json({ message: 'It has begun.' }, 202)
  })

  app.post('/bulk-operation', async (context) => {
    const { numbers } = bulk.parse(await context.req.json())
    // By its name: the module of the task need not be loaded here.
    const job = await engine.enqueue('batches.processBatch', [numbers])
    return context.json({ jobId: job.id }, 202)
  })

  return app
}
