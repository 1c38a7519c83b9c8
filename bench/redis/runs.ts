import { withInFlight } from '../in-flight.js'
import { elapsedMs } from '../measure.js'
import { childrenOf, cpuSeconds, processesCanBeRead } from '../processes.js'
import { addInBulk } from '../queue-measurements.js'
import type { Queue, System } from '../systems/system.js'
import { enders } from './in-process.js'
import type { SharedRedis } from './shared-redis.js'
import { type SideId, sideIds } from './sides.js'

/** Jobs of one run. */
export interface RunCounts {
  readonly singly: number
  readonly batched: number
  readonly workedSingly: number
  readonly worked: number
}

/** What both sides do, by the first part of the id of a rate. */
export const redisWorks = {
  'enqueue.bulk': 'enqueue, 1,000 a call',
  'enqueue.in-flight': 'enqueue, 100 in flight',
  'enqueue.singly': 'enqueue, one awaited after the other',
  'work.1': 'worker process, concurrency 1',
  'work.100': 'worker process, concurrency 100',
  'calls.1': 'claim and end by calls, 1 at a time',
  'calls.100': 'claim and end by calls, 100 at a time',
} as const

export type RedisWork = keyof typeof redisWorks

export function redisRateId(work: RedisWork, side: SideId): string {
  return `redis.${work}.${side}`
}

interface Cost {
  readonly ms: number
  readonly redisMs: number
  /** null where there is no /proc. */
  readonly nodeMs: number | null
}

export interface Run {
  readonly id: string
  readonly work: string
  readonly side: System
  readonly jobs: number
  readonly warmsUp: boolean
  run(address: string, count: number, redis: SharedRedis): Promise<Cost>
}

/** What is compared stands side by side, as it runs. */
export function runsOf(sides: Readonly<Record<SideId, System>>, counts: RunCounts): Run[] {
  const { singly, batched, workedSingly, worked } = counts
  const both = (work: RedisWork, jobs: number, warmsUp: boolean, run: (side: System, id: SideId) => Run['run']) =>
    sideIds.map((id) => {
      const side = sides[id]
      return { id: redisRateId(work, id), work: redisWorks[work], side, jobs, warmsUp, run: run(side, id) }
    })
  return [
    ...both('enqueue.bulk', batched, true, (side) => enqueueing(side, addInBulk)),
    ...both('enqueue.in-flight', batched, true, (side) => enqueueing(side, (queue, count) => add(queue, count, 100))),
    ...both('enqueue.singly', singly, true, (side) => enqueueing(side, (queue, count) => add(queue, count, 1))),
    ...both('work.1', workedSingly, false, (side) => working(side, 1)),
    ...both('work.100', worked, false, (side) => working(side, 100)),
    ...both('calls.1', workedSingly, true, (side, id) => calling(side, id, 1)),
    ...both('calls.100', worked, true, (side, id) => calling(side, id, 100)),
  ]
}

function add(queue: Queue, count: number, callers: number): Promise<void> {
  return withInFlight(count, callers, (n) => queue.add(n))
}

function enqueueing(side: System, enqueue: (queue: Queue, count: number) => Promise<void>): Run['run'] {
  return async (address, count, redis) => {
    const queue = await side.open(address)
    try {
      return await costOf(redis, ownCpuMs, () => elapsedMs(() => enqueue(queue, count)))
    } finally {
      await queue.close()
    }
  }
}

/** A fifth as many jobs come first and do not count: they compile the code of the worker. */
function working(side: System, concurrency: number): Run['run'] {
  return async (address, count, redis) => {
    const queue = await side.open(address)
    const first = Math.ceil(count / 5)
    await addInBulk(queue, first)
    const worker = await side.startWorker(address, concurrency)
    try {
      await worker.drain(first)
      await addInBulk(queue, count)
      const cpuMs = () => [worker.pid, ...childrenOf(worker.pid)].reduce((sum, pid) => sum + cpuSeconds(pid), 0) * 1_000
      return await costOf(redis, processesCanBeRead ? cpuMs : null, () => worker.drain(count))
    } finally {
      await worker.stop()
      await queue.close()
    }
  }
}

function calling(side: System, id: SideId, atATime: number): Run['run'] {
  return async (address, count, redis) => {
    const queue = await side.open(address)
    await addInBulk(queue, count)
    await queue.close()
    const ender = await enders[id](address, count, atATime)
    try {
      return await costOf(redis, ownCpuMs, () => elapsedMs(() => ender.endAll()))
    } finally {
      await ender.close()
    }
  }
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

/** `use` resolves to the milliseconds that count. */
async function costOf(redis: SharedRedis, cpuMs: (() => number) | null, use: () => Promise<number>): Promise<Cost> {
  const [redisBefore, nodeBefore] = [await redis.cpuMs(), cpuMs?.() ?? 0]
  const ms = await use()
  const nodeMs = cpuMs === null ? null : cpuMs() - nodeBefore
  return { ms, nodeMs, redisMs: (await redis.cpuMs()) - redisBefore }
}
