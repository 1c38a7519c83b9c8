import { join } from 'node:path'
import express, { type NextFunction, type Request, type Response } from 'express'
import { BackgroundScheduler, BackgroundTasks, type Duration, monitored, TaskMonitor } from 'offstage'
import { ZodError } from 'zod'
import { mailProvider } from '../stand-ins/mail.ts'
import { accounts } from './accounts.ts'
import { addHousekeeping } from './housekeeping.ts'
import { monitoring } from './monitoring.ts'
import { orders } from './orders.ts'
import { partner } from './partner.ts'

export interface ShopSettings {
  /** Where mails, logs and backups go. */
  readonly folder: string
  /** For how long a link to reset a password works. */
  readonly resetTokensLive: Duration
  /** Gets a POST for each order; null for none. */
  readonly warehouseUrl: string | null
  readonly partnerUrl: string
  /** Before the first retry of a request to the partner. */
  readonly firstWait: Duration
}

export interface Shop {
  readonly app: express.Express
  /** Stops the recurring tasks, and waits for every task that has been added. */
  close(): Promise<void>
}

/** The whole shop, which listens to no port yet. */
export function createShop(settings: ShopSettings): Shop {
  // One for all requests: its limit holds for the server, and at the end there is one thing to wait for.
  const background = new BackgroundTasks({ maxConcurrent: 10 })
  const scheduler = new BackgroundScheduler()
  const monitor = new TaskMonitor()
  const sendEmail = monitored(monitor, 'email_sending')(mailProvider(join(settings.folder, 'outbox')))
  const sendAlert = (task: string, attempts: number) =>
    sendEmail('alerts@shop.example', `Task failed: ${task}`, `It failed ${attempts} times, the last time for good.`)
  // Somebody should hear of data that the partner has not taken.
  background.on('failed', ({ name, attempts }) => {
    if (name !== 'importAtPartner') return
    background.addTask(sendAlert, name, attempts)
    background.start()
  })
  addHousekeeping(scheduler, settings.folder, Date.now)

  const app = express()
  app.use(express.json())
  app.use(accounts(background, scheduler, sendEmail, settings.resetTokensLive))
  app.use(orders(background, sendEmail, settings.warehouseUrl))
  app.use(partner(background, settings.partnerUrl, settings.firstWait))
  app.use(monitoring(monitor))
  app.use(answerError)

  return {
    app,
    async close() {
      await scheduler.stop()
      await background.drain()
    },
  }
}

// Express knows a handler of errors by its four parameters.
function answerError(error: unknown, _request: Request, response: Response, _next: NextFunction): void {
  if (error instanceof ZodError) {
    response.status(400).json({ error: error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) })
    return
  }
  const { status } = error as { readonly status?: unknown }
  if (error instanceof Error && typeof status === 'number' && status < 500) {
    response.status(status).json({ error: error.message })
    return
  }
  console.error(error)
  response.status(502).json({ error: 'Something that this server needs does not work.' })
}
