import { join } from 'node:path'
import fastify, { type FastifyInstance } from 'fastify'
import { createEngine, type Logger, TaskQueue, Worker } from 'offstage'
import { mailProvider } from '../stand-ins/mail.ts'
import { addDurable, type StudioTasks } from './durable.ts'
import { addImages } from './images.ts'
import { addNewsletters } from './newsletters.ts'
import { type PaymentStates, paymentTask } from './payments.ts'
import { reportTask } from './reports.ts'

export interface StudioSettings {
  /** Where images, reports, mails and the store of the jobs go. */
  readonly folder: string
  /** Charges cards. */
  readonly gatewayUrl: string
  /** How many images may wait. */
  readonly maxImages: number
  /** Between two mails of a newsletter. */
  readonly mailPauseMs: number
}

/** The whole studio, which listens to no port yet. `app.close()` waits for everything that it has accepted. */
export async function createStudio(settings: StudioSettings): Promise<FastifyInstance> {
  const app = fastify({ logger: { level: 'warn' }, bodyLimit: 20_000_000 })
  // Pino takes an error before its line, and drops one that comes behind it.
  const logger: Logger = {
    warn: (line) => app.log.warn(line),
    error: (line, err) => app.log.error({ err }, line),
  }
  const sendEmail = mailProvider(join(settings.folder, 'outbox'))

  // In memory: quick, and gone with the process.
  const images = new TaskQueue({ maxSize: settings.maxImages })
  const newsletters = new TaskQueue({ maxSize: 1_000 })
  addImages(app, images, join(settings.folder, 'images'))
  addNewsletters(app, newsletters, sendEmail, settings.mailPauseMs)
  const workers = [
    ...[0, 1, 2].map((number) => new Worker(images, `image_worker_${number}`, { logger })),
    ...[0, 1].map((number) => new Worker(newsletters, `mail_worker_${number}`, { logger })),
  ]

  // Durable: what nobody may lose. This process also runs it.
  const payments: PaymentStates = new Map()
  const engine = await createEngine<StudioTasks>({
    store: `sqlite:${join(settings.folder, 'jobs.db')}`,
    tasks: {
      processPayment: paymentTask(settings.gatewayUrl, payments),
      generateReport: reportTask(sendEmail, join(settings.folder, 'reports'), payments),
    },
  })
  addDurable(app, engine, payments)

  app.addHook('onReady', async () => {
    // Each runs until it is stopped.
    for (const worker of workers) void worker.run()
    await engine.startWorker({ inline: true, concurrency: 10 })
  })
  // Fastify calls it once no request is open any more.
  app.addHook('onClose', async () => {
    await Promise.all([images.join(), newsletters.join()])
    await Promise.all(workers.map((worker) => worker.stop()))
    await engine.close()
  })
  return app
}
