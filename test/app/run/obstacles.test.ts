import { beforeEach, expect, test } from 'vitest'
import { obstaclesOf, obstaclesToRetry } from '../../../src/app/run/obstacles.js'
import { thisHost } from '../../../src/engine/host.js'
import { openMemoryStore } from '../../../src/stores/memory/store.js'
import type { Store } from '../../../src/stores/store.js'
import { type MovableClock, movableClock } from '../../../src/testing/test-clock.js'
import { newJob, newWorker } from '../../support/job.js'

let clock: MovableClock
let store: Store
const ids = ['j1', 'j2']
const obstacles = () => obstaclesOf(store, ids, clock.now())

beforeEach(async () => {
  clock = movableClock()
  store = openMemoryStore(clock)
  await store.enqueue([newJob({ queue: 'mail', task: 'send' }), newJob({ queue: 'mail', task: 'send' })])
})

const register = (queues: readonly string[] | null) => store.register(newWorker(clock, { queues, pidNamespace: null }))

test('The row of a worker whose process has ended is no worker, and neither is a foreground run.', async () => {
  await store.register({ ...newWorker(clock), ...thisHost() })
  await register([])
  expect(await obstacles()).toEqual([{ kind: 'no worker' }])
})

test('A queue that no worker serves, one that is paused, and a task that no worker knows are each said once.', async () => {
  const worker = await register(['images'])
  expect(await obstacles()).toEqual([{ kind: 'not served', queue: 'mail' }])
  await store.deregister(worker)
  const serving = await register(null)
  expect(await obstacles()).toEqual([])
  await store.setTasks(serving, ['other'])
  await store.pauseQueues(['mail'])
  expect(await obstacles()).toEqual([
    { kind: 'not known', queue: 'mail', task: 'send' },
    { kind: 'paused', queue: 'mail' },
  ])
})

test('Jobs that have ended wait for nothing, but would if they were retried.', async () => {
  await store.cancel(ids)
  expect(await obstacles()).toEqual([])
  expect(await obstaclesToRetry(store, ids, clock.now())).toEqual([{ kind: 'no worker' }])
})
