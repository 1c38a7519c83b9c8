import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import type { Claim, Store } from '../../../src/stores/store.js'
import { newJob, newWorker, outcomesAt } from '../../support/job.js'
import { RedisServer } from '../../support/redis-server.js'
import { redisStore } from '../../support/redis-store.js'

let server: RedisServer
let store: Store
beforeEach(async () => {
  server = await RedisServer.start()
  store = await redisStore(server.url)
})
afterEach(async () => {
  await store.close()
  await server.stop()
})

const completed = ({ lease }: Claim) => ({ lease, outcome: outcomesAt(systemClock).completed() })

test('The end of an attempt does not overtake its output where the server knows the script of the end alone.', async () => {
  await store.enqueue([newJob(), newJob()])
  const worker = await store.register(newWorker(systemClock))
  const [first, second] = await store.claim({ worker, queues: null, limit: 2 })
  if (first === undefined || second === undefined) throw new Error('nothing to claim')
  await store.settle([completed(first)])
  const line = { line: 1, at: systemClock.now(), stream: 'stdout', text: 'last words' } as const
  const addition = { lease: second.lease, progress: null, output: [line], forget: null, usage: null }
  const [appended] = await Promise.all([store.append([addition]), store.settle([completed(second)])])
  expect(appended).toEqual(['appended'])
})
