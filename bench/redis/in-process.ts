import { Worker } from 'bullmq'
import { Redis } from 'ioredis'
import { systemClock } from '../../src/engine/clock.js'
import type { Claim } from '../../src/stores/store.js'
import { withInFlight } from '../in-flight.js'
import { storeAt } from '../systems/offstage.js'
import type { SideId } from './sides.js'

/** Claims so many jobs, and stores their ends, by calls in this process; nothing runs them. Resolves to a function that does it. */
export type Ender = (address: string, count: number, atATime: number) => Promise<Opened>

export interface Opened {
  endAll(): Promise<void>
  close(): Promise<void>
}

export const enders: Readonly<Record<SideId, Ender>> = { offstage: byStore, bullmq: byWorkerCalls }

async function byStore(address: string, count: number, atATime: number): Promise<Opened> {
  const store = await storeAt(address)
  const worker = await store.register({
    process: { pid: process.pid, startTicks: null },
    host: 'bench',
    bootId: null,
    pidNamespace: null,
    concurrency: atATime,
    queues: null,
    tasks: null,
    scheduler: false,
    embedded: false,
  })
  const tasks = ['noop']
  const endAll = async () => {
    for (let left = count; left > 0; ) {
      const claims = await store.claim({ worker, queues: null, tasks, limit: Math.min(left, atATime) })
      if (claims.length === 0) throw new Error(`${left} jobs were not found`)
      const answers = await store.settle(claims.map(completed))
      if (answers.some((answer) => answer === 'lost')) throw new Error('an end was lost')
      left -= claims.length
    }
  }
  return { endAll, close: () => store.close() }
}

function completed({ lease }: Claim) {
  const now = systemClock.now()
  return {
    lease,
    outcome: { kind: 'completed', resultJson: 'null', startedAt: now, endedAt: now, endedBy: 'return' },
  } as const
}

/** As its documentation has it for processing jobs by hand, one after the other in each of as many loops. */
async function byWorkerCalls(address: string, count: number, atATime: number): Promise<Opened> {
  const connection = new Redis(Number(address), '127.0.0.1', { maxRetriesPerRequest: null })
  const worker = new Worker('bench', null, { connection, autorun: false })
  await worker.waitUntilReady()
  const end = async () => {
    const token = 'bench'
    const job = await worker.getNextJob(token, { block: false })
    if (job === undefined) throw new Error('a job was not found')
    await job.moveToCompleted(null, token, false)
  }
  return {
    endAll: () => withInFlight(count, atATime, end),
    close: async () => {
      await worker.close()
      connection.disconnect()
    },
  }
}
