import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { NewJob } from '../src/domain/job.js'
import { makeJob, plainTaskDefaults } from '../src/domain/request.js'
import { defaultRetention } from '../src/domain/retention.js'
import { systemClock } from '../src/engine/clock.js'
import { TaskPool } from '../src/engine/executors/task-pool.js'
import type { TaskProgram } from '../src/engine/executors/task-process.js'
import { Worker } from '../src/engine/worker.js'
import { openSqliteStore } from '../src/stores/sqlite/store.js'
import type { Store } from '../src/stores/store.js'
import { elapsedMs, type Measurement } from './measure.js'
import { warmUp } from './warm-up.js'

export interface EngineJobs {
  readonly singly: number
  readonly batched: number
  readonly drained: number
  /** At concurrency 1, where every job waits for its own two commits. */
  readonly drainedOneByOne: number
}

/** A store through its own API. */
export function enqueues(jobs: EngineJobs): Measurement[] {
  return [
    enqueueing('engine.enqueue.singly', 'enqueue, one awaited after the other', jobs.singly, (store, count) =>
      enqueueWithInFlight(store, count, 1),
    ),
    enqueueing('engine.enqueue.in-flight', 'enqueue, 100 in flight', jobs.batched, (store, count) =>
      enqueueWithInFlight(store, count, 100),
    ),
    enqueueing('engine.enqueue.bulk', 'enqueue, 1,000 a call', jobs.batched, enqueueInBulk),
  ]
}

/** A worker with a task process, which empties a store. */
export function drains(program: TaskProgram, jobs: EngineJobs): Measurement[] {
  return [
    draining(program, 1, jobs.drainedOneByOne),
    draining(program, 10, jobs.drained),
    draining(program, 100, jobs.drained),
  ]
}

function enqueueing(
  id: string,
  title: string,
  jobs: number,
  enqueue: (store: Store, count: number) => Promise<void>,
): Measurement {
  const run = (folder: string, count: number) => withStore(folder, (store) => elapsedMs(() => enqueue(store, count)))
  return { id, title, jobs, run }
}

function draining(program: TaskProgram, concurrency: number, jobs: number): Measurement {
  const run = (folder: string, count: number) =>
    withStore(folder, async (store) => {
      await enqueueInBulk(store, count)
      return drain(store, program, concurrency, count)
    })
  return { id: `engine.drain.${concurrency}`, title: `drain, concurrency ${concurrency}`, jobs, run }
}

async function enqueueWithInFlight(store: Store, count: number, inFlight: number): Promise<void> {
  let next = 0
  const caller = async () => {
    while (next < count) await store.enqueue([noopJob(next++)])
  }
  await Promise.all(Array.from({ length: inFlight }, caller))
}

async function enqueueInBulk(store: Store, count: number): Promise<void> {
  const size = 1_000
  for (let first = 0; first < count; first += size) {
    await store.enqueue(Array.from({ length: Math.min(size, count - first) }, (_, n) => noopJob(first + n)))
  }
}

/** As any caller makes it: arguments to JSON, options checked. */
function noopJob(n: number): NewJob {
  return makeJob('noop', plainTaskDefaults, JSON.stringify([n]), {}, systemClock.now())
}

/** From the start of a worker, whose task process is ready and warm, until the end of the last job is stored. */
async function drain(store: Store, program: TaskProgram, concurrency: number, count: number): Promise<number> {
  const pool = new TaskPool(program, () => {})
  try {
    await pool.catalog
    const processes = availableParallelism()
    await warmUp(pool, concurrency, processes)
    const worker = await Worker.register(store, pool, systemClock, {
      queues: null,
      concurrency,
      processes,
      retention: defaultRetention,
    })
    const settled = allCompleted(worker, count)
    const spentMs = await elapsedMs(() => {
      worker.start()
      return Promise.race([settled, worker.broken])
    })
    await worker.stop(0)
    return spentMs
  } finally {
    await pool.end()
  }
}

/** Resolves when so many jobs have completed. Rejects on anything else: failing fast must not look like speed. */
async function allCompleted(worker: Worker, count: number): Promise<void> {
  const trouble = new AbortController()
  const stopped = once(trouble.signal, 'abort').then(() => {
    throw new Error(String(trouble.signal.reason))
  })
  const completed = new Promise<void>((resolve) => {
    let left = count
    worker.events.on('attempt.settled', (job, { kind }) => {
      if (kind !== 'completed') trouble.abort(`${job.id} ended as ${kind}`)
      if (--left === 0) resolve()
    })
  })
  worker.events.on('attempt.refused', (id) => trouble.abort(`the end of ${id} was refused`))
  worker.events.on('process.died', (how) => trouble.abort(`the task process died: ${how}`))
  worker.events.on('store.unavailable', (error) => trouble.abort(error.message))
  return Promise.race([completed, stopped])
}

async function withStore<T>(folder: string, use: (store: Store) => Promise<T>): Promise<T> {
  mkdirSync(folder, { recursive: true })
  const store = openSqliteStore({ path: join(folder, 'jobs.db'), durability: 'full' }, systemClock)
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}
