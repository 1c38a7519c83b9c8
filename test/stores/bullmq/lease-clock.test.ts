import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import { connectRedis } from '../../../src/stores/bullmq/connection.js'
import { parseRedisUrl } from '../../../src/stores/bullmq/location.js'
import { openRedisStore } from '../../../src/stores/bullmq/store.js'
import { leaseMs, type Store } from '../../../src/stores/store.js'
import { newWorker } from '../../support/job.js'
import { sharedRedis } from '../../support/redis-server.js'
import { noVitals } from '../../support/vitals.js'

let store: Store
let now: number
beforeEach(async () => {
  now = 1_000_000
  const location = parseRedisUrl(`${(await sharedRedis()).url}?prefix=lease-clock`, process.cwd())
  store = openRedisStore(await connectRedis(location, systemClock), location, systemClock, null, () => now)
})
afterEach(() => store.close())

test('A master whose clock is a little behind that of the one before ends no lease.', async () => {
  const worker = await store.register(newWorker(systemClock))
  now -= 5_000
  expect(await store.beat(worker, noVitals)).toBe(true)
  now += leaseMs - 1
  expect(await store.beat(worker, noVitals)).toBe(true)
})

test('One whose clock is far behind ends them: no lease may hold for ever.', async () => {
  const worker = await store.register(newWorker(systemClock))
  now -= leaseMs + 1
  expect(await store.beat(worker, noVitals)).toBe(false)
})
