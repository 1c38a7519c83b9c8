import BeeQueue from 'bee-queue'
import { elapsedMs } from '../measure.js'
import type { PeerQueue, RedisPeer } from './peer.js'

const name = 'bench'

/** Bee-Queue without the events that nobody here listens to, which is its faster way. */
export const beeQueue: RedisPeer = { name: 'bee-queue', title: 'Bee-Queue', open, serve }

interface Data {
  readonly n: number | string
}

async function open(port: number): Promise<PeerQueue> {
  const settings = settingsFor(port)
  const queue = new BeeQueue<Data>(name, { ...settings, isWorker: false, storeJobs: false })
  await queue.ready()
  return {
    add: (n) => queue.createJob({ n }).save(),
    addMany: async (numbers) => {
      const refused = await queue.saveAll(numbers.map((n) => queue.createJob<Data>({ n })))
      for (const error of refused.values()) throw error
    },
    drain: (concurrency, count) => drain(settings, concurrency, count),
    close: () => queue.close(),
  }
}

async function drain(settings: BeeQueue.QueueSettings, concurrency: number, count: number): Promise<number> {
  const queue = new BeeQueue(name, { ...settings, storeJobs: false })
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

async function serve(port: number, run: (n: number | string) => void): Promise<void> {
  const queue = new BeeQueue<Data>(name, { ...settingsFor(port), storeJobs: false })
  await queue.ready()
  queue.process(10, async ({ data }) => run(data.n))
}

function settingsFor(port: number): BeeQueue.QueueSettings {
  return { redis: { host: '127.0.0.1', port }, getEvents: false, sendEvents: false }
}
