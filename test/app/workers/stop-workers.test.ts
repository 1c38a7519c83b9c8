import { expect, onTestFinished, test } from 'vitest'
import { drainSignal, stopWorkers } from '../../../src/app/workers/stop-workers.js'
import { thisHost } from '../../../src/engine/host.js'
import { openMemoryStore } from '../../../src/stores/memory/store.js'
import type { NewWorker } from '../../../src/stores/store.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { newWorker } from '../../support/job.js'

/** What becomes of a worker that is to stop, on a machine that is this one but for what is said. */
async function stopped(overrides: Partial<NewWorker>, urgency: 'gracefully' | 'now' = 'gracefully') {
  const clock = movableClock()
  const store = openMemoryStore(clock)
  await store.register(newWorker(clock, { ...thisHost(), ...overrides }))
  const [worker] = await stopWorkers(store, ['w1'], urgency, clock.now())
  await store.close()
  return worker?.answer
}

function signalsHere(): readonly string[] {
  const heard: string[] = []
  for (const name of [drainSignal, 'SIGTERM', 'SIGINT'] as const) {
    const hear = () => void heard.push(name)
    process.on(name, hear)
    onTestFinished(() => void process.off(name, hear))
  }
  return heard
}

test('A worker of this machine gets the signal to drain, which may come again, and with "now" two that cannot arrive as one.', async () => {
  const heard = signalsHere()
  expect(await stopped({})).toBe('asked')
  await expect.poll(() => heard).toEqual([drainSignal])
  expect(await stopped({}, 'now')).toBe('asked')
  await expect.poll(() => [...heard].sort()).toEqual(['SIGINT', 'SIGTERM', drainSignal])
})

test("No process gets a signal that is another host's or container's, that has died, is a later one, or is a program of the user's.", async () => {
  const heard = signalsHere()
  const { process: mine } = thisHost()
  expect(await stopped({ bootId: 'another', host: 'elsewhere' })).toBe('elsewhere')
  expect(await stopped({ pidNamespace: 'pid:[7]' })).toBe('elsewhere')
  expect(await stopped({ bootId: null, host: 'elsewhere' })).toBe('elsewhere')
  expect(await stopped({ process: { ...mine, startTicks: (mine.startTicks ?? 0) - 1 } })).toBe('dead')
  expect(await stopped({ queues: [] })).toBe('foreground')
  expect(await stopped({ embedded: true })).toBe('embedded')
  await new Promise((resolve) => setImmediate(resolve))
  expect(heard).toEqual([])
})

test('Without ids all living workers are meant that take jobs from queues.', async () => {
  const clock = movableClock()
  const store = openMemoryStore(clock)
  await store.register(newWorker(clock))
  await store.register(newWorker(clock, { queues: [] }))
  const found = await stopWorkers(store, null, 'gracefully', clock.now())
  expect(found.map(({ id }) => id)).toEqual(['w1'])
  expect(await stopWorkers(store, ['w9'], 'gracefully', clock.now())).toMatchObject([{ answer: 'unknown' }])
  await store.close()
})
