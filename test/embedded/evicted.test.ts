import { expect, onTestFinished, test } from 'vitest'
import { parseRetention } from '../../src/domain/retention.js'
import { EmbeddedEngine } from '../../src/embedded/embedded-engine.js'
import { tasksOfObject } from '../../src/embedded/registered-tasks.js'
import { systemClock } from '../../src/engine/clock.js'
import { currentJob } from '../../src/index.js'
import { openMemoryStore } from '../../src/stores/memory/store.js'
import { movableClock } from '../../src/testing/test-clock.js'

test('Inline jobs of a worker that lost its lease get their signal, keep no place, and end without effect.', async () => {
  const clock = movableClock(systemClock)
  const store = openMemoryStore(clock)
  const attempts: { readonly attempt: number; readonly signal: AbortSignal; finish(result: string): void }[] = []
  const work = () => {
    const { attempt, signal } = currentJob()
    return new Promise<string>((finish) => attempts.push({ attempt, signal, finish }))
  }
  const parts = {
    tasks: tasksOfObject({ work }),
    tasksFolder: null,
    retention: parseRetention({}, ''),
    tz: 'UTC',
    outboxes: null,
  }
  const engine = new EmbeddedEngine<{ work: typeof work }>({ store, clock, ...parts })
  const worker = await engine.startWorker({ inline: true, concurrency: 1, grace: 0 })
  onTestFinished(async () => {
    const closed = engine.close()
    await clock.advance(60_000)
    await closed
  })
  const { id } = await engine.enqueue('work', [])
  await clock.advance(100)
  expect(attempts).toHaveLength(1)
  const before = worker.id
  // As if the machine had slept for longer than the lease.
  await store.deregister(before)
  await clock.advance(10_000)
  expect(worker.id).not.toBe(before)
  expect(attempts.map(({ attempt, signal }) => [attempt, signal.aborted])).toEqual([
    [1, true],
    [2, false],
  ])
  attempts[0]?.finish('too late')
  await clock.advance(1_000)
  expect(await engine.job(id)).toMatchObject({ state: 'running', attempt: 2, worker: worker.id, result: null })
  attempts[1]?.finish('in time')
  await clock.advance(1_000)
  expect(await engine.job(id)).toMatchObject({ state: 'completed', attempt: 2, result: 'in time' })
})
