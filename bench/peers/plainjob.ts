import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { better, defineQueue, defineWorker, type Queue } from 'plainjob'
import { inBatches, withInFlight } from '../in-flight.js'
import { elapsedMs, type Measurement } from '../measure.js'
import { countOf, idOf, type Peer, type Work, works } from './peer.js'

/** How it opens SQLite itself, where the last commits may be lost with the power; and as safe as Offstage. */
type Synchronous = 'normal' | 'full'
type Run = (queue: Queue, count: number) => Promise<number>

/** plainjob on better-sqlite3. Its calls do not wait for each other and its worker runs one job at a time, so some works are missing. */
export const plainjob: readonly Peer[] = (['normal', 'full'] as const).map((synchronous) => {
  const id = `plainjob-${synchronous}`
  return {
    id,
    title: `plainjob, ${synchronous}`,
    measurements: (jobs) => runs.map(([work, run]) => measurement(id, work, synchronous, run, countOf(work, jobs))),
  }
})

const runs: readonly (readonly [Work, Run])[] = [
  ['enqueue.singly', (queue, count) => elapsedMs(() => withInFlight(count, 1, async (n) => queue.add('noop', { n })))],
  ['enqueue.bulk', (queue, count) => elapsedMs(() => fill(queue, count))],
  ['drain.1', drain],
]

function fill(queue: Queue, count: number): Promise<void> {
  return inBatches(count, 1_000, async (numbers) =>
    queue.addMany(
      'noop',
      numbers.map((n) => ({ n })),
    ),
  )
}

async function drain(queue: Queue, count: number): Promise<number> {
  await fill(queue, count)
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
  return spentMs
}

const silent = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} }

function measurement(peer: string, work: Work, synchronous: Synchronous, run: Run, jobs: number): Measurement {
  const onFile = async (folder: string, count: number) => {
    mkdirSync(folder, { recursive: true })
    const connection = better(new Database(join(folder, 'plainjob.db')))
    const queue = defineQueue({ connection, logger: silent })
    connection.pragma(`synchronous = ${synchronous}`) // after defineQueue, which sets NORMAL
    try {
      return await run(queue, count)
    } finally {
      queue.close()
    }
  }
  return { id: idOf(peer, work), title: works[work], jobs, run: onFile }
}
