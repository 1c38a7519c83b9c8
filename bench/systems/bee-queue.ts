import BeeQueue from 'bee-queue'
import { elapsedMs } from '../measure.js'
import type { OnRedis } from './on-redis.js'
import type { JobData, Queue, Sent } from './system.js'

const name = 'bench'

/** Bee-Queue without the events that nobody here listens to, which is its faster way. */
export const beeQueue: OnRedis = { id: 'bee-queue', title: 'Bee-Queue', open, drain, serve }

async function open(address: string): Promise<Queue> {
  const queue = new BeeQueue<{ data: JobData }>(name, { ...settingsFor(address), isWorker: false, storeJobs: false })
  await queue.ready()
  return {
    add: (data) => queue.createJob({ data }).save(),
    addMany: async (numbers) => {
      const refused = await queue.saveAll(numbers.map((data) => queue.createJob<{ data: JobData }>({ data })))
      for (const error of refused.values()) throw error
    },
    close: () => queue.close(),
  }
}

async function drain(address: string, concurrency: number, count: number): Promise<number> {
  const queue = new BeeQueue(name, { ...settingsFor(address), storeJobs: false })
  await queue.ready()
  const done = new Promise<void>((resolve, reject) => {
    let left = count
    queue.on('succeeded', () => {
      if (--left === 0) resolve()
    })
    queue.on('failed', (_, error) => reject(error))
    queue.on('error', reject)
  })
  const spentMs = await elapsedMs(() => {
    queue.process(concurrency, async () => null)
    return done
  })
  await queue.close()
  return spentMs
}

async function serve(address: string, concurrency: number, record: (sent: Sent) => void): Promise<void> {
  const queue = new BeeQueue<{ data: Sent }>(name, { ...settingsFor(address), storeJobs: false })
  await queue.ready()
  queue.process(concurrency, async ({ data }) => record(data.data))
}

function settingsFor(address: string): BeeQueue.QueueSettings {
  return { redis: { host: '127.0.0.1', port: Number(address) }, getEvents: false, sendEvents: false }
}
