import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Clock } from '../../../src/domain/clock.js'
import { systemClock } from '../../../src/engine/clock.js'
import type { Store } from '../../../src/stores/store.js'
import { newJob } from '../../support/job.js'
import { RedisServer } from '../../support/redis-server.js'
import { redisStore } from '../../support/redis-store.js'

let server: RedisServer
let store: Store
let skippedMs: number
const clock: Clock = { ...systemClock, now: () => systemClock.now() + skippedMs }
beforeEach(async () => {
  server = await RedisServer.start()
  skippedMs = 0
  store = await redisStore(server.url, clock)
})
afterEach(async () => {
  await store.close()
  await server.stop()
})

function calls(command: string): number {
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(server.cli('INFO', 'commandstats'))?.[1] ?? 0)
}

test('Due jobs of a few among thousands of queues are queued without a look into each.', async () => {
  const now = systemClock.now() + 10_000
  await store.enqueue(Array.from({ length: 2_500 }, (_, index) => newJob({ queue: `q${index}` })))
  const dueAts = [now - 3, now - 1, now - 2, now + 60_000, now + 50_000]
  const queues = ['q0', 'q1300', 'q2499', 'q7', 'q2000']
  await store.enqueue(queues.map((queue, index) => newJob({ queue, dueAt: dueAts[index] ?? now })))
  skippedMs = 10_000
  server.cli('CONFIG', 'RESETSTAT')

  expect(await store.sweep({ limit: 10, dead: [] })).toMatchObject({ promoted: 3, nextDueAt: now + 50_000 })
  expect(calls('exists') + calls('zrangebyscore') + calls('zrange')).toBeLessThan(500)
  const states = await Promise.all(queues.map(async (_, index) => (await store.job(`j${2_501 + index}`))?.state))
  expect(states).toEqual(['queued', 'queued', 'queued', 'scheduled', 'scheduled'])
})

test('Jobs that are named as a part of their queue are removed from each of hundreds of queues.', async () => {
  await store.enqueue(Array.from({ length: 700 }, (_, index) => newJob({ queue: `q${index}` })))
  const bad = ['q0', 'q350', 'q699']
  for (const queue of bad) {
    server.cli('HSET', `bull:${queue}:delayed`, 'name', 'x', 'data', '{}')
    server.cli('LPUSH', `bull:${queue}:wait`, 'delayed')
  }
  await store.maintain()
  expect(bad.map((queue) => server.cli('EXISTS', `bull:${queue}:delayed`, `bull:${queue}:wait`))).toEqual([
    '0',
    '0',
    '0',
  ])
})
