import { expect, test } from 'vitest'
import { sweeper } from '../../../src/engine/services/sweeper.js'
import { openMemoryStore } from '../../../src/stores/memory/store.js'
import { leaseMs, type Store, type SweepResult } from '../../../src/stores/store.js'
import { newJob, newWorker } from '../../support/job.js'
import { serviceBench } from '../../support/service.js'

// A namespace that nobody has: no process of this machine is judged.
const elsewhere = { bootId: 'none', pidNamespace: 'none' }

const stateOf = async (store: Store, id: string) => (await store.job(id))?.state

test('A job that is due is moved to its queue then, also one that is stored while the sweeper waits for a later one.', async () => {
  const { clock, events, start } = serviceBench()
  const store = openMemoryStore(clock)
  await start(sweeper(store, clock, elsewhere, events))
  const at = clock.now() + 10_000
  await store.enqueue([newJob({ dueAt: at }), newJob({ dueAt: at - 9_700 })])
  await clock.advance(0)
  await clock.advance(299)
  expect(await stateOf(store, 'j2')).toBe('scheduled')
  await clock.advance(1)
  expect(await stateOf(store, 'j2')).toBe('queued')
  await clock.advance(9_699)
  expect(await stateOf(store, 'j1')).toBe('scheduled')
  await clock.advance(1)
  expect(await stateOf(store, 'j1')).toBe('queued')
})

test('The jobs of a worker whose lease is over are taken back within half a second.', async () => {
  const { clock, events, start } = serviceBench()
  const store = openMemoryStore(clock)
  const worker = await store.register(newWorker(clock))
  await store.enqueue([newJob()])
  await store.claim({ worker, queues: null, limit: 1 })
  await start(sweeper(store, clock, elsewhere, events))
  await clock.advance(leaseMs - 1)
  expect(await stateOf(store, 'j1')).toBe('running')
  await clock.advance(501)
  expect(await stateOf(store, 'j1')).toBe('queued')
  expect(await store.workers()).toEqual([])
})

test('Between two full batches others have twenty milliseconds.', async () => {
  const { clock, events, start, passed, changes } = serviceBench()
  const sweeps: number[] = []
  const sweep = async ({ limit }: { readonly limit: number }): Promise<SweepResult> => {
    sweeps.push(passed())
    const isPartial = sweeps.length < 3
    return { promoted: isPartial ? limit : 0, reclaimed: 0, buried: 0, lostWorkers: [], isPartial, nextDueAt: null }
  }
  await start(sweeper({ changes, sweep, workers: async () => [] }, clock, elsewhere, events))
  await clock.advance(100)
  expect(sweeps).toEqual([0, 20, 40])
  await clock.advance(900)
  expect(sweeps).toEqual([0, 20, 40, 540])
})

test('A store that changes all the time is swept every fifty milliseconds, no more.', async () => {
  const { clock, events, start, change, changes } = serviceBench()
  let sweeps = 0
  const sweep = async () => {
    sweeps++
    return { promoted: 0, reclaimed: 0, buried: 0, lostWorkers: [], isPartial: false, nextDueAt: null }
  }
  await start(sweeper({ changes, sweep, workers: async () => [] }, clock, elsewhere, events))
  for (let ms = 0; ms < 500; ms++) {
    await change()
    await clock.advance(1)
  }
  expect(sweeps).toBe(11)
})

test('Looks for dead workers every half second, also while the store changes all the time.', async () => {
  const { clock, events, start, passed, change, changes } = serviceBench()
  const looks: number[] = []
  const workers = async () => {
    looks.push(passed())
    return []
  }
  const sweep = async () => ({
    promoted: 0,
    reclaimed: 0,
    buried: 0,
    lostWorkers: [],
    isPartial: false,
    nextDueAt: null,
  })
  await start(sweeper({ changes, sweep, workers }, clock, elsewhere, events))
  for (let ms = 0; ms < 1_100; ms++) {
    await change()
    await clock.advance(1)
  }
  expect(looks).toEqual([0, 500, 1_000])
})
