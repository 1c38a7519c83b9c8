import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import type { Claim, Store } from '../../../src/stores/store.js'
import { newJob, newWorker, outcomesAt } from '../../support/job.js'
import { RedisServer } from '../../support/redis-server.js'
import { placesOf, redisStore } from '../../support/redis-store.js'
import { noVitals } from '../../support/vitals.js'

const batch = 50
const outcome = outcomesAt(systemClock)
const refusal = {
  code: 'E_STORE_UNAVAILABLE',
  message: expect.stringMatching(/^redis:\/\/[\d.:]+ takes no call: its memory is full \(OOM\)$/),
  hint: expect.stringContaining('raise maxmemory of Redis'),
}

let server: RedisServer
let store: Store
let worker: string
let running: readonly Claim[]

beforeEach(async () => {
  server = await RedisServer.start({ maxmemory: '8mb' })
  store = await redisStore(server.url)
  worker = await store.register(newWorker(systemClock))
  await store.enqueue(Array.from({ length: 8 }, () => newJob({ queue: 'running' })))
  running = await store.claim({ worker, queues: null, limit: 8 })
})
afterEach(async () => {
  await store.close()
  await server.stop()
})

/** Stores batches until one is refused, and leaves no room. */
async function fill(): Promise<{ readonly stored: number; readonly thrown: unknown }> {
  const job = newJob({ argsJson: JSON.stringify(['x'.repeat(1_000)]) })
  for (let stored = 0; ; stored += batch) {
    try {
      await store.enqueue(Array.from({ length: batch }, () => job))
    } catch (thrown) {
      // A smaller request would find room now and then.
      server.cli('CONFIG', 'SET', 'maxmemory', '4mb')
      return { stored, thrown }
    }
  }
}

test('A batch is stored whole or not at all, and the refusal says what to do.', async () => {
  const { stored, thrown } = await fill()
  expect(thrown).toMatchObject(refusal)
  expect(stored).toBeGreaterThan(0)
  expect(placesOf(server)).toEqual({ prioritized: stored })
  await expect(store.enqueue([newJob()])).rejects.toMatchObject(refusal)
  expect(placesOf(server)).toEqual({ prioritized: stored })
  server.cli('CONFIG', 'SET', 'maxmemory', '0')
  expect(await store.enqueue([newJob()])).toEqual([{ id: `j${8 + stored + 1}`, answer: 'created' }])
})

test('A worker keeps its lease, and what it runs goes on and ends.', async () => {
  await fill()
  expect(await store.beat(worker, noVitals)).toBe(true)
  const [first, second, third, fourth] = running
  if (!first || !second || !third || !fourth) throw new Error('there are eight')
  const output = [{ line: 1, at: 0, stream: 'stdout', text: 'still here' }] as const
  const addition = { lease: first.lease, progress: { fraction: 0.5, message: null }, output, forget: null, usage: null }
  expect(await store.append([addition])).toEqual(['appended'])
  expect(
    await store.settle([
      { lease: first.lease, outcome: outcome.completed() },
      { lease: second.lease, outcome: outcome.failed() },
      { lease: third.lease, outcome: outcome.retry(0) },
      { lease: fourth.lease, outcome: outcome.retry(60_000) },
    ]),
  ).toEqual(['settled', 'settled', 'settled', 'settled'])
  expect(await store.cancelRequests(worker)).toEqual([])
  expect(placesOf(server, 'running')).toEqual({ active: 4, completed: 1, failed: 1, prioritized: 1, delayed: 1 })
  expect(await store.output(first.job.id, 1, { after: 0, limit: 9 })).toHaveLength(1)
})

test('No more jobs are started, so that it does not grow without an end; what makes room is done.', async () => {
  const { stored } = await fill()
  const claim = () => store.claim({ worker, queues: null, limit: 10 })
  await expect(claim()).rejects.toMatchObject(refusal)
  expect(placesOf(server)).toEqual({ prioritized: stored })
  const ids = running.map(({ job }) => job.id)
  await store.settle(running.map(({ lease }) => ({ lease, outcome: outcome.completed() })))
  expect(await store.remove(ids)).toEqual(ids.map(() => 'removed'))
  expect(await store.cancel([`j${8 + stored}`])).toEqual(['cancelled'])
  server.cli('CONFIG', 'SET', 'maxmemory', '16mb')
  expect((await claim()).map(({ job }) => job.id)).toEqual(Array.from({ length: 10 }, (_, index) => `j${9 + index}`))
})

test.each(['wait', 'prioritized'])(
  'No job of others is started either: in %s, behind one that is passed over.',
  async (line) => {
    for (const [id, name] of [
      ['a', 'other'],
      ['b', 'hello'],
    ] as const) {
      server.cli('HSET', `bull:theirs:${id}`, 'name', name, 'data', '{}', 'opts', '{}', 'timestamp', '1')
      if (line === 'wait') server.cli('LPUSH', 'bull:theirs:wait', id)
      else server.cli('ZADD', 'bull:theirs:prioritized', '1', id)
    }
    await fill()
    const queues = { shares: [{ name: 'theirs', weight: 1 }], strict: true }
    await expect(store.claim({ worker, queues, tasks: ['hello'], limit: 10 })).rejects.toMatchObject(refusal)
    expect(placesOf(server, 'theirs')).toEqual({ [line]: 2 })
  },
)

test('The jobs of a worker that died are taken back.', async () => {
  await fill()
  expect(await store.sweep({ limit: 100, dead: [worker] })).toMatchObject({
    reclaimed: 8,
    lostWorkers: [{ worker, jobs: running.map(({ job }) => job.id) }],
  })
  expect(placesOf(server, 'running')).toEqual({ prioritized: 8 })
})

test('A worker that starts is refused in the same words, and let in when there is room.', async () => {
  await fill()
  await expect(store.register(newWorker(systemClock))).rejects.toMatchObject(refusal)
  server.cli('CONFIG', 'SET', 'maxmemory', '16mb')
  expect(await store.register(newWorker(systemClock))).toBe('w2')
  expect(await store.beat(worker, noVitals)).toBe(true)
  await store.maintain()
})
