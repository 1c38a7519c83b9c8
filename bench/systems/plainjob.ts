import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { better, defineQueue, defineWorker, type Queue as PlainQueue } from 'plainjob'
import { elapsedMs } from '../measure.js'
import type { Peer } from './peer.js'

/** How it opens SQLite itself, where the last commits may be lost with the power; and as safe as Offstage. */
type Synchronous = 'normal' | 'full'

/** plainjob on better-sqlite3. Its calls do not wait for each other and its worker runs one job at a time, so some works are missing. */
export const peersOnSqlite: readonly Peer[] = (['normal', 'full'] as const).map((synchronous) => ({
  id: `plainjob-${synchronous}`,
  title: `plainjob, ${synchronous}`,
  works: ['enqueue.singly', 'enqueue.bulk', 'drain.1'],
  shares: {},
  missing: () => null,
  withBackend: async (folder, use) => {
    mkdirSync(folder, { recursive: true })
    return use(join(folder, 'plainjob.db'))
  },
  open: async (address) => {
    const queue = openQueue(address, synchronous)
    return {
      add: async (data) => queue.add('noop', { data }),
      addMany: async (numbers) =>
        queue.addMany(
          'noop',
          numbers.map((data) => ({ data })),
        ),
      close: async () => queue.close(),
    }
  },
  drain: (address, _, count) => drain(openQueue(address, synchronous), count),
  serve: null,
}))

async function drain(queue: PlainQueue, count: number): Promise<number> {
  let left = count
  let finish = { resolve: () => {}, reject: (_: Error) => {} }
  const done = new Promise<void>((resolve, reject) => {
    finish = { resolve, reject }
  })
  const worker = defineWorker('noop', () => {}, {
    queue,
    logger: silent,
    onCompleted: () => {
      if (--left === 0) finish.resolve()
    },
    onFailed: (_, error) => finish.reject(new Error(error)),
  })
  const spentMs = await elapsedMs(() => {
    worker.start().catch(finish.reject)
    return done
  })
  await worker.stop()
  queue.close()
  return spentMs
}

function openQueue(file: string, synchronous: Synchronous): PlainQueue {
  const connection = better(new Database(file))
  const queue = defineQueue({ connection, logger: silent })
  connection.pragma(`synchronous = ${synchronous}`) // after defineQueue, which sets NORMAL
  return queue
}

const silent = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} }
