import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Clock } from '../../../src/domain/clock.js'
import { systemClock } from '../../../src/engine/clock.js'
import { connectRedis } from '../../../src/stores/bullmq/connection.js'
import { parseRedisUrl } from '../../../src/stores/bullmq/location.js'
import { openRedisStore } from '../../../src/stores/bullmq/store.js'
import type { Store } from '../../../src/stores/store.js'
import { newJob, newWorker } from '../../support/job.js'
import { RedisServer } from '../../support/redis-server.js'
import { noVitals } from '../../support/vitals.js'

let server: RedisServer
let skippedMs: number
const opened: Store[] = []
beforeEach(async () => {
  skippedMs = 0
  server = await RedisServer.start({ appendonly: 'yes', appendfsync: 'always' })
})
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
  await server.stop()
})

// As if time had passed where a test would only wait.
const clock: Clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + skippedMs }

async function open(): Promise<Store> {
  const location = parseRedisUrl(server.url, process.cwd())
  const store = openRedisStore(await connectRedis(location, clock), location, clock)
  opened.push(store)
  return store
}

/** Writes the leases of workers as if their last beats had been so long after the beginning of an outage. */
function writeLeases(workers: readonly string[], beganAt: number, lastBeatMs: number): void {
  for (const each of workers) server.cli('ZADD', 'bull::leases', `${beganAt + lastBeatMs + 30_000}`, each)
}

/** Takes a Redis away for 40 s of everybody's time; `workers` says which have beaten last a second before. */
async function outage(store: Store, worker: string, workers: readonly string[]): Promise<void> {
  await server.kill()
  const beganAt = Date.now() - 40_000
  const beat = store.beat(worker, noVitals)
  await new Promise((resolve) => setImmediate(resolve))
  skippedMs += 40_000
  await expect(beat).rejects.toMatchObject({ code: 'E_STORE_UNAVAILABLE' })
  await server.restart()
  writeLeases(workers, beganAt, -1_000)
}

/** Lets a Redis that is there take no writes of these stores, for so long. */
async function refusal(stores: readonly Store[], worker: string, lengthMs: number, lastBeatMs: number): Promise<void> {
  server.cli('CONFIG', 'SET', 'min-replicas-to-write', '1')
  for (const store of stores) {
    await expect(store.beat(worker, noVitals)).rejects.toMatchObject({
      code: 'E_STORE_UNAVAILABLE',
      message: expect.stringContaining('it has too few replicas to write (NOREPLICAS)'),
    })
    expect(await store.workers()).not.toEqual([])
  }
  skippedMs += lengthMs
  server.cli('CONFIG', 'SET', 'min-replicas-to-write', '0')
  writeLeases([worker], Date.now() - lengthMs, lastBeatMs)
}

test('Leases stand still while Redis is away from everybody: a job that runs goes on, and ends.', async () => {
  const [store, other] = [await open(), await open()]
  await store.enqueue([newJob(), newJob()])
  const [one, two] = [await store.register(newWorker(clock)), await other.register(newWorker(clock))]
  const [first] = await store.claim({ worker: one, queues: null, limit: 1 })
  const [second] = await other.claim({ worker: two, queues: null, limit: 1 })
  if (first === undefined || second === undefined) throw new Error('nothing to claim')
  await outage(store, one, [one, two])

  expect(await store.sweep({ limit: 10, dead: [] })).toMatchObject({ reclaimed: 0, lostWorkers: [] })
  expect(await store.beat(one, noVitals)).toBe(true)
  expect(await other.beat(two, noVitals)).toBe(true)
  const outcome = { kind: 'completed', resultJson: '1', startedAt: 0, endedAt: 1, endedBy: 'return' } as const
  const ends = [first, second].map(({ lease }) => ({ lease, outcome }))
  expect(await store.settle(ends)).toEqual(['settled', 'settled'])
})

test('A worker that alone was cut off loses its lease, since another one has beaten meanwhile.', async () => {
  const [store, other] = [await open(), await open()]
  const [one, two] = [await store.register(newWorker(clock)), await other.register(newWorker(clock))]
  await outage(store, one, [one])
  expect(await other.beat(two, noVitals)).toBe(true)
  expect(await store.beat(one, noVitals)).toBe(false)
})

test('What the server has done before it died, and its clients never heard of, is no sign of life in the outage.', async () => {
  const store = await open()
  const worker = await store.register(newWorker(clock))
  await refusal([store], worker, 40_000, 3_000)
  expect(await store.beat(worker, noVitals)).toBe(true)
})

test('Leases stand still also if Redis is full when it is back.', async () => {
  const store = await open()
  const worker = await store.register(newWorker(clock))
  await refusal([store], worker, 40_000, -1_000)
  server.cli('CONFIG', 'SET', 'maxmemory', '500kb')
  expect(await store.beat(worker, noVitals)).toBe(true)
})

test('Leases stand still while Redis is there and takes no writes.', async () => {
  const store = await open()
  const worker = await store.register(newWorker(clock))
  await store.enqueue([newJob()])
  await store.claim({ worker, queues: null, limit: 1 })
  await refusal([store], worker, 40_000, -1_000)
  expect(await store.sweep({ limit: 10, dead: [] })).toMatchObject({ reclaimed: 0, lostWorkers: [] })
  expect(await store.beat(worker, noVitals)).toBe(true)
})

test('The end of a job that comes first after an outage is taken, though the lock of the job is gone.', async () => {
  const store = await open()
  const worker = await store.register(newWorker(clock))
  await store.enqueue([newJob(), newJob()])
  const claims = await store.claim({ worker, queues: null, limit: 2 })
  await refusal([store], worker, 40_000, -1_000)
  for (const { job } of claims) server.cli('DEL', `bull:default:${job.id}:lock`)
  const outcome = { kind: 'completed', resultJson: '1', startedAt: 0, endedAt: 1, endedBy: 'return' } as const
  expect(await store.settle(claims.map(({ lease }) => ({ lease, outcome })))).toEqual(['settled', 'settled'])
})

test('However many clients end an outage, no lease is put off beyond that of a worker that beats now.', async () => {
  const stores = [await open(), await open(), await open()]
  const [store] = stores as [Store]
  const [worker, dead] = [await store.register(newWorker(clock)), await store.register(newWorker(clock))]
  await refusal(stores, worker, 13_000, -9_000)
  writeLeases([dead], Date.now() - 13_000, -12_000)
  for (const each of stores) await each.sweep({ limit: 1, dead: [] })
  const leftMs = Number(server.cli('ZSCORE', 'bull::leases', dead)) - Date.now()
  expect(leftMs).toBeGreaterThan(15_000)
  expect(leftMs).toBeLessThanOrEqual(30_000)
})

test('After a Redis was emptied no two workers have one id.', async () => {
  const [store, other] = [await open(), await open()]
  const [one, two] = [await store.register(newWorker(clock)), await other.register(newWorker(clock))]
  server.cli('FLUSHALL')
  expect(await other.beat(two, noVitals)).toBe(false)
  const anew = await other.register(newWorker(clock))
  expect([one, two]).not.toContain(anew)
  expect(await store.beat(one, noVitals)).toBe(false)
})

test('A worker whose id another one has since the Redis was emptied gives it up.', async () => {
  const store = await open()
  const one = await store.register(newWorker(clock))
  server.cli('FLUSHALL')
  const fresh = await open()
  expect(await fresh.register({ ...newWorker(clock), concurrency: 3 })).toBe(one)
  expect(await store.beat(one, noVitals)).toBe(false)
  expect(await fresh.beat(one, noVitals)).toBe(true)
})

test('Of a worker whose id another one has no end is taken, no job is begun, and nothing is removed.', async () => {
  const [store, fresh] = [await open(), await open()]
  const one = await store.register(newWorker(clock))
  await store.enqueue([newJob()])
  const [old] = await store.claim({ worker: one, queues: null, limit: 1 })
  server.cli('FLUSHALL')
  expect(await fresh.register(newWorker(clock))).toBe(one)
  await fresh.enqueue([newJob(), newJob()])
  const [claimed] = await fresh.claim({ worker: one, queues: null, limit: 1 })
  if (old === undefined || claimed === undefined) throw new Error('nothing to claim')
  expect(claimed.lease).toEqual(old.lease)

  const outcome = { kind: 'completed', resultJson: '1', startedAt: 0, endedAt: 1, endedBy: 'return' } as const
  expect(await store.claim({ worker: one, queues: null, limit: 1 })).toEqual([])
  expect(await store.settle([{ lease: old.lease, outcome }])).toEqual(['lost'])
  expect(await store.sweep({ limit: 10, dead: [] })).toMatchObject({ lostWorkers: [] })
  await store.deregister(one)
  expect(await fresh.beat(one, noVitals)).toBe(true)
  expect(await fresh.settle([{ lease: claimed.lease, outcome }])).toEqual(['settled'])
})
