import { Queue, Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { elapsedMs } from '../measure.js'
import type { PeerQueue, RedisPeer } from './peer.js'

const name = 'bench'

/** BullMQ with ioredis, both as they come. */
export const bullmq: RedisPeer = { name: 'bullmq', title: 'BullMQ', open, serve }

interface Data {
  readonly n: number | string
}

async function open(port: number): Promise<PeerQueue> {
  const connection = connect(port)
  const queue = new Queue(name, { connection })
  await queue.waitUntilReady()
  return {
    add: (n) => queue.add('noop', { n }),
    addMany: (numbers) => queue.addBulk(numbers.map((n) => ({ name: 'noop', data: { n } }))),
    drain: (concurrency, count) => drain(connection, concurrency, count),
    close: async () => {
      await queue.close()
      connection.disconnect()
    },
  }
}

async function drain(connection: Redis, concurrency: number, count: number): Promise<number> {
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
    worker.run().catch(() => {}) // what breaks it is told as an event
    return done
  })
  await worker.close()
  return spentMs
}

async function serve(port: number, run: (n: number | string) => void): Promise<void> {
  const connection = connect(port)
  const worker = new Worker<Data>(name, async ({ data }) => run(data.n), { connection, concurrency: 10 })
  await worker.waitUntilReady()
}

function connect(port: number): Redis {
  // What BullMQ wants of a worker's connection, whose reads wait for jobs.
  return new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null })
}
