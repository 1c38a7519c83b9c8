import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Job } from '../../../src/domain/job.js'
import { ClaimRecovery } from '../../../src/engine/claim-recovery.js'
import { systemClock } from '../../../src/engine/clock.js'
import type { Store } from '../../../src/stores/store.js'
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

test('A job whose end is lost with a Redis that comes back without it runs again, though its worker lives.', async () => {
  await store.enqueue([newJob({ task: 'ended' }), newJob({ task: 'runs' })])
  const worker = await store.register(newWorker(systemClock))
  const request = { worker, queues: null, limit: 2 }
  const known = new Set(['ended', 'runs'])
  const recovery = new ClaimRecovery(store, { has: ({ task }: Job) => known.has(task) }, systemClock)
  const [ended] = await recovery.claim(request)
  if (ended === undefined) throw new Error('nothing to claim')
  // As with a replica that is behind when it becomes the master.
  server.cli('SAVE')
  await store.settle([{ lease: ended.lease, outcome: outcomesAt(systemClock).completed() }])
  known.delete('ended')
  await server.kill()
  await server.restart()
  expect(await store.job('j1')).toMatchObject({ state: 'running', worker })

  expect((await recovery.claim(request)).map(({ job }) => job.id)).toEqual(['j1'])
  expect(await store.job('j1')).toMatchObject({ state: 'running', failures: 0, losses: 0 })
  expect(await store.job('j2')).toMatchObject({ state: 'running', attempt: 1 })
})
