import { expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import { connectRedis } from '../../../src/stores/bullmq/connection.js'
import { parseRedisUrl } from '../../../src/stores/bullmq/location.js'
import { openRedisStore } from '../../../src/stores/bullmq/store.js'
import type { Store } from '../../../src/stores/store.js'
import { newJob, newWorker } from '../../support/job.js'
import { sharedRedis } from '../../support/redis-server.js'

let prefixes = 0

async function onStore(use: (store: Store) => Promise<void>): Promise<void> {
  const { url } = await sharedRedis()
  const location = parseRedisUrl(`${url}?prefix=long${prefixes++}`, process.cwd())
  const store = openRedisStore(await connectRedis(location, systemClock), location, systemClock)
  try {
    await use(store)
  } finally {
    await store.close()
  }
}

const unknown = Array.from({ length: 500 }, () => newJob({ task: 'unknown' }))

async function claimed(store: Store, names: readonly string[] | null): Promise<readonly string[]> {
  const worker = await store.register(newWorker(systemClock))
  const queues = names === null ? null : { shares: names.map((name) => ({ name, weight: 1 })), strict: false }
  const claims = await store.claim({ worker, queues, tasks: ['known'], limit: 3 })
  return claims.map(({ job }) => job.task)
}

test.each([
  { name: 'one queue', queues: ['default'] },
  { name: 'several queues', queues: ['default', 'other'] },
  { name: 'all queues', queues: null },
])(
  'Jobs behind thousands that the worker may not start are found in calls that are short, on $name.',
  async ({ queues }) => {
    await onStore(async (store) => {
      for (let count = 0; count < 9; count++) await store.enqueue(unknown)
      await store.enqueue([newJob({ task: 'known' }), newJob({ task: 'known' })])
      expect(await claimed(store, queues)).toEqual(['known', 'known'])
      // Nothing is left: the walk to the end is not made again at once.
      expect(await claimed(store, queues)).toEqual([])
      expect(await claimed(store, queues)).toEqual([])
    })
  },
)

test('A queue whose jobs can be started is served before one with a long line of others.', async () => {
  await onStore(async (store) => {
    for (let count = 0; count < 5; count++) await store.enqueue(unknown)
    await store.enqueue([newJob({ task: 'known', queue: 'other' })])
    expect(await claimed(store, null)).toEqual(['known'])
  })
})
