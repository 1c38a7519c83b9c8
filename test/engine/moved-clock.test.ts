import { expect, test } from 'vitest'
import { defaultBackoff } from '../../src/domain/retry.js'
import { hasFired } from '../../src/domain/schedule/schedule.js'
import { currentJob } from '../../src/engine/current-job.js'
import { beatMs, leaseMs } from '../../src/stores/store.js'
import { type MemoryEngine, memoryEngine } from '../support/memory-engine.js'
import { newSchedule } from '../support/parsed-schedule.js'

const secondMs = 1_000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** Notes when it was called, in milliseconds since now. */
function noting({ clock }: MemoryEngine) {
  const from = clock.now()
  const calls: number[] = []
  return { calls, note: () => void calls.push(clock.now() - from) }
}

const never = () => new Promise<never>(() => {})

test('A delayed job runs when its time has come, and not before.', async () => {
  const engine = memoryEngine()
  const { calls, note } = noting(engine)
  await engine.startWorker({ hello: { run: note } })
  const id = await engine.enqueue({ dueAt: engine.clock.now() + hourMs })
  await engine.clock.advance(hourMs - secondMs, secondMs)
  await engine.clock.advance(secondMs - 10)
  expect(await engine.job(id)).toMatchObject({ state: 'scheduled' })
  await engine.clock.advance(10)
  expect(await engine.job(id)).toMatchObject({ state: 'completed' })
  expect(calls).toEqual([hourMs + 1])
})

test('A job that fails is tried again after each wait of its backoff.', async () => {
  const engine = memoryEngine()
  const { calls, note } = noting(engine)
  const run = () => {
    note()
    throw new Error('boom')
  }
  await engine.startWorker({ hello: { run } })
  const backoff = { ...defaultBackoff, initialDelayMs: 10 * secondMs }
  const id = await engine.enqueue({ maxRetries: 2, backoff })
  await engine.clock.advance(minuteMs)
  expect(calls.map((at) => Math.round(at / secondMs))).toEqual([0, 10, 30])
  expect(await engine.job(id)).toMatchObject({ state: 'failed', failures: 3 })
})

test('A job is asked to stop at its time limit, and given up after the grace.', async () => {
  const engine = memoryEngine()
  const { calls, note } = noting(engine)
  const run = () => {
    currentJob().signal.addEventListener('abort', note)
    return never()
  }
  await engine.startWorker({ hello: { run, graceMs: 20 * secondMs } })
  const id = await engine.enqueue({ timeoutMs: hourMs, maxRetries: 0 })
  await engine.clock.advance(hourMs - secondMs, secondMs)
  expect(calls).toEqual([])
  await engine.clock.advance(20 * secondMs)
  expect(calls.map((at) => Math.round(at / secondMs))).toEqual([hourMs / secondMs])
  expect(await engine.job(id)).toMatchObject({ state: 'running' })
  await engine.clock.advance(secondMs + 20)
  expect(await engine.job(id)).toMatchObject({ state: 'failed', reason: 'timeout', endedBy: 'abandoned' })
})

test('A worker that stops waits for the grace, asks its jobs to stop, and gives back those that do not.', async () => {
  const engine = memoryEngine()
  const { calls, note } = noting(engine)
  const run = () => {
    currentJob().signal.addEventListener('abort', note)
    return never()
  }
  const worker = await engine.startWorker({ hello: { run } })
  const id = await engine.enqueue()
  const stopped = worker.stop(10 * secondMs)
  await engine.clock.advance(10 * secondMs - 1)
  expect(calls).toEqual([])
  await engine.clock.advance(10 * secondMs)
  await stopped
  expect(calls).toHaveLength(1)
  expect(await engine.job(id)).toMatchObject({ state: 'queued', failures: 0, losses: 0 })
})

test('A worker renews its lease with each beat.', async () => {
  const engine = memoryEngine()
  const worker = await engine.startWorker({})
  await engine.clock.advance(10 * minuteMs)
  const [seen] = await engine.store.workers()
  expect(seen).toMatchObject({ id: worker.id, expired: false })
  expect(engine.clock.now() - (seen?.lastBeatAt ?? 0)).toBeLessThan(beatMs)
})

test('The jobs of a worker whose beats stop are run by another one once its lease is over.', async () => {
  const engine = memoryEngine()
  const { calls, note } = noting(engine)
  const mute = { ...engine.store, beat: async () => true }
  await engine.startWorker({ hello: { run: never } }, { seen: mute })
  const id = await engine.enqueue()
  expect(await engine.job(id)).toMatchObject({ state: 'running', attempt: 1 })
  await engine.startWorker({ hello: { run: note } })
  await engine.clock.advance(leaseMs - secondMs)
  expect(calls).toEqual([])
  await engine.clock.advance(2 * secondMs)
  expect(calls).toHaveLength(1)
  expect(await engine.job(id)).toMatchObject({ state: 'completed', attempt: 2, losses: 1 })
})

test('In a day an hourly schedule fires 24 times and what is kept for a day goes, in under two seconds of CPU.', async () => {
  const engine = memoryEngine()
  const { calls, note } = noting(engine)
  await engine.store.putSchedules([newSchedule({ cron: '0 * * * *' }, {}, engine.clock.now())])
  const worker = await engine.startWorker({ hello: { run: note } }, { retention: { completedMs: dayMs } })
  engine.startScheduler()
  const first = await engine.enqueue()
  expect(await engine.job(first)).toMatchObject({ state: 'completed' })
  const begun = process.cpuUsage()
  // As a process that is held up for twenty seconds again and again: what is due within them runs together, and late.
  await engine.clock.advance(dayMs - secondMs, 20 * secondMs)
  expect(await engine.store.job(first)).not.toBeNull()
  await engine.clock.advance(minuteMs)
  const { user, system } = process.cpuUsage(begun) // not how long others on the machine made it wait
  expect(await engine.store.job(first)).toBeNull()
  const slots = await engine.store.slots('hello', { limit: 100, before: null })
  expect(slots.filter(({ outcome }) => hasFired(outcome))).toHaveLength(24)
  expect(calls).toHaveLength(25)
  expect(await engine.store.workers()).toMatchObject([{ id: worker.id, expired: false }])
  expect((user + system) / 1_000).toBeLessThan(2_000)
})
