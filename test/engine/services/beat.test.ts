import { expect, test } from 'vitest'
import { beat } from '../../../src/engine/services/beat.js'
import { openMemoryStore } from '../../../src/stores/memory/store.js'
import { leaseMs } from '../../../src/stores/store.js'
import { newWorker } from '../../support/job.js'
import { serviceBench } from '../../support/service.js'

test('The worker renews its lease every five seconds and reports its processes.', async () => {
  const { clock, events, start } = serviceBench()
  const store = openMemoryStore(clock)
  const worker = await store.register(newWorker(clock))
  const processes = [{ pid: 7, startTicks: 8 }]
  await start(
    beat(
      store,
      () => worker,
      () => processes,
      async () => expect.unreachable('it was evicted'),
      clock,
      events,
    ),
  )
  const from = clock.now()
  await clock.advance(3 * leaseMs + 4_999)
  const lastBeatAt = from + 3 * leaseMs
  expect(await store.workers()).toMatchObject([{ expired: false, lastBeatAt, processes }])
})

test('A worker whose lease is over hears it with the next beat, once, and goes on under its new id.', async () => {
  const { clock, events, start } = serviceBench()
  const store = openMemoryStore(clock)
  let worker = await store.register(newWorker(clock))
  const evicted: string[] = []
  // It was held up for longer than the lease.
  await clock.advance(leaseMs + 1)
  await start(
    beat(
      store,
      () => worker,
      () => [],
      async () => {
        evicted.push(worker)
        worker = await store.register(newWorker(clock))
      },
      clock,
      events,
    ),
  )
  await clock.advance(2 * leaseMs)
  expect(evicted).toEqual(['w1'])
  expect(await store.workers()).toMatchObject([
    { id: 'w1', expired: true },
    { id: 'w2', expired: false },
  ])
})
