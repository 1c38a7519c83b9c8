import { expect, test } from 'vitest'
import { task } from '../../src/index.js'
import { ended, freshStore, newEngine } from '../support/engines.js'

const once = task({ retry: { maxRetries: 0 } }, (isGood: boolean) => {
  if (!isGood) throw new Error('bad')
})

test('A monitor has what became of the jobs of the store, and stays as it is.', async () => {
  const engine = await newEngine({ once, other: () => 1 })
  const before = await engine.monitor()
  expect(before.health()).toMatchObject({ status: 'healthy', totalTasks: 0, averageDurationMs: 0 })
  await engine.startWorker({ inline: true })
  const jobs = [
    await once.enqueue(true),
    await once.enqueue(false),
    await engine.enqueue('other', []),
    await engine.enqueue('other', []),
  ]
  for (const job of jobs) await ended(engine, job)
  const monitor = await engine.monitor()
  expect(before.totalTasks).toBe(0)
  expect(monitor).toMatchObject({ totalTasks: 4, completedTasks: 3, failedTasks: 1, failureRate: 0.25 })
  expect(monitor.averageDurationMs).toBeGreaterThanOrEqual(0)
  expect(monitor.getTaskStats()).toMatchObject({
    once: { totalTasks: 2, failedTasks: 1, failureRate: 0.5 },
    other: { totalTasks: 2, failedTasks: 0, failureRate: 0 },
  })
  expect(monitor.getRecentStats({ minutes: 5 })).toMatchObject({ totalTasks: 4, failedTasks: 1 })
  expect(monitor.health().status).toBe('degraded')
  expect(monitor.health({ degradedAbove: 0.25 }).status).toBe('healthy')
  expect(monitor.health({ unhealthyAbove: 0.2 }).status).toBe('unhealthy')
  // What answers a request of a health check is plain data.
  expect(JSON.parse(JSON.stringify(monitor.health()))).toEqual(monitor.health())
})

test('Another engine on the same store reads the same.', async () => {
  const store = freshStore()
  const [first, second] = [await newEngine({ work: () => 1 }, store), await newEngine({ other: () => 1 }, store)]
  await first.startWorker({ inline: true })
  await ended(first, await first.enqueue('work', []))
  const { work } = (await second.monitor()).getTaskStats()
  expect(work).toMatchObject({ totalTasks: 1, completedTasks: 1 })
})
