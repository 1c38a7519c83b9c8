import { afterEach, beforeEach, expect, test } from 'vitest'
import { isTemporary } from '../../src/domain/errors.js'
import { systemClock } from '../../src/engine/clock.js'
import { connectRedis, type RedisConnection } from '../../src/stores/bullmq/connection.js'
import { parseRedisUrl } from '../../src/stores/bullmq/location.js'
import type { Lease, Store } from '../../src/stores/store.js'
import { newJob, newWorker, outcomesAt } from '../support/job.js'
import { RedisServer } from '../support/redis-server.js'
import { placesOf, redisStore } from '../support/redis-store.js'
import { noVitals } from '../support/vitals.js'
import { newRandom, seed } from './seed.js'
import { long } from './settings.js'

const jobs = long ? 30_000 : 3_000
const cutEveryMs = 25

let server: RedisServer
let cutter: RedisConnection
let gaveUp = 0
beforeEach(async () => {
  server = await RedisServer.start()
  cutter = await connectRedis(parseRedisUrl(server.url, '/'), systemClock)
})
afterEach(async () => {
  await cutter.close()
  await server.stop()
})

/** Ends all connections again and again, until `work` is done. Resolves to how many it has ended. */
async function cutting(work: Promise<unknown>): Promise<number> {
  const over = new AbortController()
  const cut = async () => {
    for (let count = 0; ; await systemClock.sleep(cutEveryMs)) {
      if (over.signal.aborted) return count
      count += Number(await cutter.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes'))
    }
  }
  const cuts = cut()
  try {
    await work
  } finally {
    over.abort()
  }
  return cuts
}

/** As the engine does: what could not be reached in time is asked for again. */
async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (thrown) {
      if (!isTemporary(thrown)) throw thrown
      gaveUp++
    }
  }
}

async function opened(count: number, use: (stores: readonly Store[]) => Promise<void>): Promise<void> {
  const stores = await Promise.all(Array.from({ length: count }, () => redisStore(server.url)))
  try {
    await use(stores)
  } finally {
    for (const store of stores) await store.close()
  }
}

test(`Jobs that are enqueued while connections are cut every ${cutEveryMs} ms are stored once (seed ${seed}).`, async () => {
  const random = newRandom()
  await opened(3, async (stores) => {
    const acknowledged: string[] = []
    let left = jobs
    const produce = async (store: Store) => {
      while (left > 0) {
        // Calls of one, of some, and of many.
        const size = Math.min(left, Math.ceil(random() < 0.02 ? 1_000 * random() : 20 * random()))
        left -= size
        acknowledged.push(...(await store.enqueue(Array.from({ length: size }, () => newJob()))).map(({ id }) => id))
      }
    }
    // Two callers share each connection.
    const cuts = await cutting(Promise.all([...stores, ...stores].map(produce)))
    console.log(`${jobs} jobs enqueued, ${cuts} connections cut, ${gaveUp} calls given up`)
    expect(cuts).toBeGreaterThan(jobs / 1_000)
    expect(acknowledged.toSorted(byNumber)).toEqual(Array.from({ length: jobs }, (_, index) => `j${index + 1}`))
    expect(placesOf(server)).toEqual({ prioritized: jobs })
  })
}, 180_000)

const byNumber = (a: string, b: string) => Number(a.slice(1)) - Number(b.slice(1))

test(`Jobs that are claimed and ended while connections are cut every ${cutEveryMs} ms run and end once (seed ${seed}).`, async () => {
  const random = newRandom()
  const outcome = outcomesAt(systemClock)
  await opened(3, async (stores) => {
    for (let stored = 0; stored < jobs; stored += 1_000) {
      await stores[0]?.enqueue(Array.from({ length: Math.min(1_000, jobs - stored) }, () => newJob()))
    }
    const given: string[] = []
    const answers = new Map<string, number>()
    const work = async (store: Store) => {
      const worker = await untilAnswered(() => store.register(newWorker(systemClock)))
      let beatAt = systemClock.monotonicMs()
      while (given.length < jobs) {
        const limit = Math.ceil(random() * 100)
        const claims = await untilAnswered(() => store.claim({ worker, queues: null, limit }))
        given.push(...claims.map(({ lease }) => nameOf(lease)))
        // Some end together, others by themselves.
        const half = Math.ceil(claims.length / 2)
        const some = [
          claims.slice(0, half),
          ...claims.slice(half, half + 5).map((claim) => [claim]),
          claims.slice(half + 5),
        ]
        const settled = await Promise.all(
          some.map((part) => {
            const ends = part.map(({ lease }) => ({ lease, outcome: outcome.completed() }))
            return untilAnswered(() => store.settle(ends))
          }),
        )
        for (const answer of settled.flat()) answers.set(answer, (answers.get(answer) ?? 0) + 1)
        if (systemClock.monotonicMs() - beatAt > 3_000) {
          expect(await untilAnswered(() => store.beat(worker, noVitals))).toBe(true)
          beatAt = systemClock.monotonicMs()
        }
      }
    }
    const cuts = await cutting(Promise.all(stores.map(work)))
    console.log(`${jobs} jobs claimed and ended, ${cuts} connections cut, ${gaveUp} calls given up`)
    expect(cuts).toBeGreaterThan(jobs / 1_000)
    expect(given).toHaveLength(jobs)
    expect(new Set(given).size).toBe(jobs)
    expect([...answers]).toEqual([['settled', jobs]])
    expect(placesOf(server)).toEqual({ completed: jobs })
  })
}, 180_000)

const nameOf = ({ job, attempt }: Lease) => `${job} ${attempt}`
