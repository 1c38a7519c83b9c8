import { Queue as BullQueue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { elapsedMs } from '../measure.js'
import type { OnRedis } from './on-redis.js'
import type { Queue, Sent } from './system.js'

const name = 'bench'

/** BullMQ with ioredis, both as they come. */
export const bullmq: OnRedis = { id: 'bullmq', title: 'BullMQ', open, drain, serve }

async function open(address: string): Promise<Queue> {
  const connection = connect(address)
  const queue = new BullQueue(name, { connection })
  await queue.waitUntilReady()
  return {
    add: (data) => queue.add('job', data),
    addMany: (numbers) => queue.addBulk(numbers.map((data) => ({ name: 'job', data }))),
    close: async () => {
      await queue.close()
      connection.disconnect()
    },
  }
}

async function drain(address: string, concurrency: number, count: number): Promise<number> {
  const connection = connect(address)
  const worker = new Worker(name, async () => null, { connection, concurrency, autorun: false })
  await worker.waitUntilReady()
  const done = new Promise<void>((resolve, reject) => {
    let left = count
    worker.on('completed', () => {
      if (--left === 0) resolve()
    })
    worker.on('failed', (_, error) => reject(error))
    worker.on('error', reject)
  })
  const spentMs = await elapsedMs(() => {
    worker.run().catch(() => {}) // what breaks it is an event too
    return done
  })
  await worker.close()
  connection.disconnect()
  return spentMs
}

async function serve(address: string, concurrency: number, record: (sent: Sent) => void): Promise<void> {
  const connection = connect(address)
  const worker = new Worker<Sent>(name, async ({ data }) => record(data), { connection, concurrency })
  await worker.waitUntilReady()
}

function connect(address: string): Redis {
  // What BullMQ wants of a worker's connection, whose reads wait for jobs.
  return new Redis(Number(address), '127.0.0.1', { maxRetriesPerRequest: null })
}
