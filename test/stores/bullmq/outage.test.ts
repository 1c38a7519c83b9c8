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

/** Takes a Redis away for 40 s of everybody's time; `beats` says which workers beat last at its beginning. */
async function outage(store: Store, worker: string, workers: readonly string[]): Promise<void> {
  await server.kill()
  // They beat a second before that.
  const leasesUntil = Date.now() - 40_000 + 29_000
  const beat = store.beat(worker, noVitals)
  await new Promise((resolve) => setImmediate(resolve))
  skippedMs += 40_000
  await expect(beat).rejects.toMatchObject({ code: 'E_STORE_UNAVAILABLE' })
  await server.restart()
  for (const each of workers) server.cli('ZADD', 'bull::leases', `${leasesUntil}`, each)
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
