import { afterEach, beforeEach, expect, test } from 'vitest'
import { releasedUnstarted } from '../../../src/engine/attempts/outcome-of.js'
import { systemClock } from '../../../src/engine/clock.js'
import { Calls } from '../../../src/stores/bullmq/calls.js'
import { claimScript } from '../../../src/stores/bullmq/claim.js'
import { connectRedis } from '../../../src/stores/bullmq/connection.js'
import { parseRedisUrl } from '../../../src/stores/bullmq/location.js'
import { type Claim, leaseMs, type Store } from '../../../src/stores/store.js'
import { newJob, newWorker, outcomesAt } from '../../support/job.js'
import { RedisServer } from '../../support/redis-server.js'
import { placesOf, redisStore } from '../../support/redis-store.js'
import { SilentProxy } from '../../support/silent-proxy.js'

let server: RedisServer
let way: SilentProxy
let store: Store
const outcome = outcomesAt(systemClock)
// One named queue: a claim is one call then.
const queues = { shares: [{ name: 'default', weight: 1 }], strict: false }

beforeEach(async () => {
  server = await RedisServer.start()
  way = await SilentProxy.start(server.port)
  store = await redisStore(way.url)
  await warmUp()
})
afterEach(async () => {
  await store.close()
  way.close()
  await server.stop()
})

/** Each script is known to the server then: the first call of one is two, as the server asks for its text. */
async function warmUp(): Promise<void> {
  await store.enqueue([newJob({ queue: 'warm' })])
  const worker = await store.register(newWorker(systemClock))
  const shares = [{ name: 'warm', weight: 1 }]
  const claims = await store.claim({ worker, queues: { shares, strict: false }, limit: 1 })
  await store.settle(claims.map(({ lease }) => ({ lease, outcome: outcome.completed() })))
  await store.sweep({ limit: 1, dead: [] })
}

/** What is asked goes off, but arrives only at `way.release()`: the connection ends before, and it is asked for again. */
async function askedTwice<T>(ask: () => Promise<T>): Promise<T> {
  way.hold()
  const asked = ask()
  await expect.poll(() => way.held, { interval: 5, timeout: 5_000 }).toBeGreaterThan(0)
  way.cutClients()
  return asked
}

/** Resolves when the server has read all that was held up. */
async function arrived(): Promise<void> {
  const calls = () =>
    Number(/calls=(\d+)/.exec(server.cli('INFO', 'commandstats').match(/cmdstat_evalsha:.*/)?.[0] ?? '')?.[1] ?? 0)
  const before = calls()
  way.release()
  await expect.poll(calls, { timeout: 5_000 }).toBeGreaterThan(before)
}

test('The first copy of an enqueue, which arrives after the second was answered, stores nothing more.', async () => {
  const ids = await askedTwice(() => store.enqueue([newJob(), newJob()]))
  expect(ids.map(({ id }) => id)).toEqual(['j2', 'j3'])
  await arrived()
  expect(placesOf(server)).toEqual({ prioritized: 2 })
})

test('It stores nothing either when the answer of the second was taken and others have followed.', async () => {
  await askedTwice(() => store.enqueue([newJob(), newJob()]))
  for (let call = 0; call < 3; call++) await store.enqueue([newJob()])
  await arrived()
  expect(placesOf(server)).toEqual({ prioritized: 5 })
})

test('The first copy of a claim starts no more jobs.', async () => {
  await store.enqueue(Array.from({ length: 10 }, () => newJob()))
  const worker = await store.register(newWorker(systemClock))
  const claims = await askedTwice(() => store.claim({ worker, queues, limit: 3 }))
  expect(claims.map(({ job }) => job.id)).toEqual(['j2', 'j3', 'j4'])
  await arrived()
  expect(placesOf(server)).toEqual({ active: 3, prioritized: 7 })
})

test('The first copy of an end does not end the next attempt.', async () => {
  await store.enqueue([newJob()])
  const worker = await store.register(newWorker(systemClock))
  const claim = async () => (await store.claim({ worker, queues: null, limit: 1 }))[0] as Claim
  const first = await claim()
  const ended = await askedTwice(() => store.settle([{ lease: first.lease, outcome: outcome.retry(0) }]))
  expect(ended).toEqual(['settled'])
  await store.sweep({ limit: 10, dead: [] })
  const second = await claim()
  expect(second.lease.attempt).toBe(2)
  await arrived()
  expect(placesOf(server)).toEqual({ active: 1 })
  expect(await store.job('j2')).toMatchObject({ state: 'running', attempt: 2, failures: 1 })
})

test('What was given up is not stored after the client has gone on.', async () => {
  way.silence()
  await expect(store.enqueue([newJob(), newJob()])).rejects.toMatchObject({
    code: 'E_STORE_UNAVAILABLE',
    hint: expect.stringContaining('it may have been stored'),
  })
  way.admit()
  expect(await store.enqueue([newJob()])).toMatchObject([{ id: 'j2' }])
  await arrived()
  expect(placesOf(server)).toEqual({ prioritized: 1 })
}, 20_000)

test('Ends whose answer never came, and that the engine asks for again, are answered as written.', async () => {
  await store.enqueue([newJob(), newJob()])
  const worker = await store.register(newWorker(systemClock))
  const claims = await store.claim({ worker, queues: null, limit: 2 })
  const ends = claims.map(({ lease }) => ({ lease, outcome: outcome.completed() }))
  way.silence('answers')
  await expect(store.settle(ends)).rejects.toMatchObject({ code: 'E_STORE_UNAVAILABLE' })
  expect(placesOf(server)).toEqual({ completed: 2 })
  way.admit()
  expect(await store.settle(ends)).toEqual(['settled', 'settled'])
  expect(await store.settle([...ends])).toEqual(['lost', 'lost'])
}, 20_000)

test('A claim whose answer never came is answered by the next; claims of one time get each job once.', async () => {
  await store.enqueue(Array.from({ length: 6 }, () => newJob()))
  const worker = await store.register(newWorker(systemClock))
  const claim = () => store.claim({ worker, queues, limit: 2 })
  way.silence('answers')
  await expect(claim()).rejects.toMatchObject({ code: 'E_STORE_UNAVAILABLE' })
  expect(placesOf(server)).toEqual({ active: 2, prioritized: 4 })
  way.admit()
  const first = claim()
  await new Promise((resolve) => setTimeout(resolve, 5))
  const ids = (await Promise.all([first, claim(), claim()])).flatMap((claims) => claims.map(({ job }) => job.id))
  expect(ids.toSorted()).toEqual(['j2', 'j3', 'j4', 'j5', 'j6', 'j7'])
}, 20_000)

test('An end that arrives when the lease is over is refused, though nobody has taken the job back yet.', async () => {
  await store.enqueue([newJob()])
  const worker = await store.register(newWorker(systemClock))
  const claims = await store.claim({ worker, queues, limit: 1 })
  way.hold()
  const ended = store.settle(claims.map(({ lease }) => ({ lease, outcome: outcome.completed() })))
  await expect.poll(() => way.held, { interval: 5, timeout: 5_000 }).toBeGreaterThan(0)
  server.cli('ZADD', 'bull::leases', '1', worker)
  way.release()
  expect(await ended).toEqual(['lost'])
  expect(placesOf(server)).toEqual({ active: 1 })
  expect(await store.sweep({ limit: 10, dead: [] })).toMatchObject({ reclaimed: 1 })
  expect(placesOf(server)).toEqual({ prioritized: 1 })
})

test('A claim that is asked for again does not answer a job that was handed back and claimed again since.', async () => {
  await store.enqueue([newJob()])
  const worker = await store.register(newWorker(systemClock))
  const location = parseRedisUrl(server.url, process.cwd())
  const connection = await connectRedis(location, systemClock)
  try {
    const calls = new Calls(connection, location.prefix)
    const request = { worker, leaseMs, now: systemClock.now(), limit: 1, shares: ['default', 1] }
    const call = calls.begin()
    const asked = async () =>
      ((await calls.writeAs(call, claimScript, request)) as unknown[][]).map(([number]) => number)
    expect([await asked(), await asked()]).toEqual([[2], [2]])
    const [running] = await store.running(10)
    const lease = { job: 'j2', attempt: 1, worker, task: running?.task ?? '', queue: 'default', isNotification: false }
    expect(await store.settle([{ lease, outcome: releasedUnstarted(systemClock.now()) }])).toEqual(['settled'])
    expect(await asked()).toEqual([])
    expect((await store.claim({ worker, queues, limit: 1 })).map(({ job }) => [job.id, job.attempt])).toEqual([
      ['j2', 2],
    ])
    expect(await asked()).toEqual([])
  } finally {
    await connection.close()
  }
})
