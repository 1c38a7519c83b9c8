import { EventEmitter } from 'node:events'
import { Logger, makeWorkerUtils, type RunnerOptions, run, type WorkerEvents, type WorkerUtils } from 'graphile-worker'
import type { Peer } from './peer.js'
import { postgresVersion, withPostgres } from './postgres-server.js'
import { type Queue, type Sent, type Work, works } from './system.js'

/** Graphile Worker with the settings that its own page on performance measures with. */
export const graphileWorker: Peer = {
  id: 'graphile-worker',
  title: 'Graphile Worker, local queue',
  works: Object.keys(works) as Work[],
  // Each transaction sends a NOTIFY, and PostgreSQL commits those one after the other.
  shares: { 'enqueue.in-flight': 0.1 },
  missing: () => (postgresVersion() === null ? 'postgres' : null),
  withBackend: withPostgres,
  open,
  drain,
  serve: async (address, concurrency, record) => {
    await run({ ...settings(address, concurrency), taskList: { pickUp: async (data) => record(data as Sent) } })
  },
}

async function open(connectionString: string): Promise<Queue> {
  const utils = await makeWorkerUtils({ connectionString, logger: silent })
  await utils.migrate()
  return {
    add: (data) => (typeof data === 'number' ? utils.addJob('noop', { n: data }) : utils.addJob('pickUp', data)),
    addMany: (numbers) => utils.addJobs(numbers.map((n) => ({ identifier: 'noop', payload: { n } }))),
    close: async () => utils.release(),
  }
}

/** From when its pool is connected and made, until the table of jobs is empty: its events come before an end is stored. */
async function drain(address: string, concurrency: number, count: number): Promise<number> {
  const utils = await makeWorkerUtils({ connectionString: address, logger: silent })
  const events: WorkerEvents = new EventEmitter()
  let startedAt = Number.NaN
  events.on('pool:create', () => {
    startedAt = performance.now()
  })
  const done = new Promise<void>((resolve, reject) => {
    let left = count
    events.on('job:complete', ({ error }) => {
      if (error) reject(error)
      else if (--left === 0) resolve()
    })
  })
  const runner = await run({ ...settings(address, concurrency), events, taskList: { noop: async () => {} } })
  await done
  while (await utils.withPgClient(hasJobs));
  const spentMs = performance.now() - startedAt
  await runner.stop()
  await utils.release()
  return spentMs
}

async function hasJobs(client: Client): Promise<boolean> {
  const { rowCount } = await client.query('SELECT FROM graphile_worker.jobs LIMIT 1')
  return rowCount !== 0
}

function settings(connectionString: string, concurrency: number): RunnerOptions {
  return {
    noHandleSignals: true,
    logger: silent,
    preset: {
      worker: {
        connectionString,
        concurrentJobs: concurrency,
        maxPoolSize: 25,
        localQueue: { size: 500 },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
  }
}

type Client = Parameters<Parameters<WorkerUtils['withPgClient']>[0]>[0]
const silent = new Logger(() => () => {})
