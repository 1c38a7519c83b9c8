import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { NewJob } from '../src/domain/job.js'
import { makeJob, plainTaskDefaults } from '../src/domain/request.js'
import { defaultRetention } from '../src/domain/retention.js'
import { systemClock } from '../src/engine/clock.js'
import { inProcesses, type TaskProgram } from '../src/engine/hosts/process-host.js'
import { type PoolTasks, TaskPool } from '../src/engine/pool/task-pool.js'
import { Worker } from '../src/engine/worker.js'
import type { Durability } from '../src/stores/sqlite/database.js'
import { openSqliteStore } from '../src/stores/sqlite/store.js'
import type { Store } from '../src/stores/store.js'
import { inBatches, withInFlight } from './in-flight.js'
import { elapsedMs, type Measurement } from './measure.js'
import { type Work, works } from './peers/peer.js'
import { warmUp } from './warm-up.js'

export interface EngineJobs {
  readonly singly: number
  readonly batched: number
  readonly drained: number
  /** At concurrency 1. */
  readonly drainedOneByOne: number
}

type Enqueue = (store: Store, count: number) => Promise<void>

/** A store through its own API. */
export function enqueues(jobs: EngineJobs, durability: Durability): Measurement[] {
  const singly: Enqueue = (store, count) => withInFlight(count, 1, (n) => store.enqueue([noopJob(n)]))
  const together: Enqueue = (store, count) => withInFlight(count, 100, (n) => store.enqueue([noopJob(n)]))
  return [
    enqueueing('enqueue.singly', jobs.singly, durability, singly),
    enqueueing('enqueue.in-flight', jobs.batched, durability, together),
    enqueueing('enqueue.bulk', jobs.batched, durability, enqueueInBulk),
  ]
}

/** A worker with a task process, which empties a store. */
export function drains(program: TaskProgram, jobs: EngineJobs, durability: Durability): Measurement[] {
  return [
    draining(program, 'drain.1', 1, jobs.drainedOneByOne, durability),
    draining(program, 'drain.10', 10, jobs.drained, durability),
    draining(program, 'drain.100', 100, jobs.drained, durability),
  ]
}

function enqueueing(work: Work, jobs: number, durability: Durability, enqueue: Enqueue): Measurement {
  const run = (folder: string, count: number) =>
    withStore(join(folder, 'jobs.db'), durability, (store) => elapsedMs(() => enqueue(store, count)))
  return { ...named(work, durability), jobs, run }
}

function draining(
  program: TaskProgram,
  work: Work,
  concurrency: number,
  jobs: number,
  durability: Durability,
): Measurement {
  const run = (folder: string, count: number) =>
    withStore(join(folder, 'jobs.db'), durability, async (store) => {
      await enqueueInBulk(store, count)
      return drain(store, inProcesses(program, systemClock), concurrency, count)
    })
  return { ...named(work, durability), jobs, run }
}

function named(work: Work, durability: Durability): { readonly id: string; readonly title: string } {
  if (durability === 'full') return { id: `engine.${work}`, title: works[work] }
  return { id: `engine-relaxed.${work}`, title: `${works[work]}, relaxed` }
}

export function enqueueInBulk(store: Store, count: number): Promise<void> {
  return inBatches(count, 1_000, (numbers) => store.enqueue(numbers.map(noopJob)))
}

/** As any caller makes it: arguments to JSON, options checked. */
function noopJob(n: number): NewJob {
  return makeJob('noop', plainTaskDefaults, JSON.stringify([n]), {}, systemClock.now())
}

/** From the start of a worker, whose task process is ready and warm, until so many ends are stored. More jobs may wait. */
export async function drain(
  store: Store,
  tasks: PoolTasks,
  concurrency: number,
  count: number,
  processes = availableParallelism(),
): Promise<number> {
  const pool = new TaskPool(tasks, systemClock, () => {})
  try {
    await pool.catalog
    await warmUp(pool, concurrency, processes)
    const worker = await Worker.register(store, pool, systemClock, {
      queues: null,
      concurrency,
      processes,
      retention: defaultRetention,
      maxMemoryBytes: null,
      redact: [],
    })
    try {
      const settled = allCompleted(worker, count)
      const spentMs = await elapsedMs(() => {
        worker.start()
        return Promise.race([settled, worker.broken])
      })
      await worker.stop(0)
      return spentMs
    } finally {
      // Else its timers would keep a benchmark alive that has failed. After a stop this changes nothing.
      await worker.abandon()
    }
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
    worker.events.on('attempt.settled', ({ job, outcome: { kind } }) => {
      // A task process that stands still gives back what waits in it, and the job is run later.
      if (kind === 'released') return
      if (kind !== 'completed') trouble.abort(`${job.id} ended as ${kind}`)
      if (--left === 0) resolve()
    })
  })
  worker.events.on('attempt.refused', ({ job }) => trouble.abort(`the end of ${job} was refused`))
  worker.events.on('process.exited', () => trouble.abort('the task process died'))
  worker.events.on('store.unavailable', ({ error }) => trouble.abort(error.message))
  return Promise.race([completed, stopped])
}

export async function withStore<T>(
  path: string,
  durability: Durability,
  use: (store: Store) => Promise<T>,
): Promise<T> {
  const store = openSqliteStore({ path, durability }, systemClock)
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}
