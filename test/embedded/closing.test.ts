import { expect, test } from 'vitest'
import { z } from 'zod'
import { currentJob, task } from '../../src/index.js'
import { ended, freshStore, jobWhen, newEngine } from '../support/engines.js'

const noop = () => null

/** A promise, and how to resolve it. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}

test('An engine is closed once: a second call waits for the first.', async () => {
  const engine = await newEngine({ noop })
  const [first, second] = [engine.close(), engine.close()]
  expect(second).toBe(first)
  await second
  await engine.close()
})

test('After close() every call is refused, and says why.', async () => {
  const own = task({}, noop)
  const engine = await newEngine({ own })
  await engine.close()
  const calls = [
    () => engine.enqueue('own', []),
    () => engine.enqueue(own, []),
    () => engine.job('j1'),
    () => engine.jobs(),
    () => engine.cancel('j1'),
    () => engine.finished('j1'),
    () => engine.putSchedule('daily', own, [], { every: '1h' }),
    () => engine.removeSchedule('daily'),
    () => engine.monitor(),
    () => engine.startWorker({ inline: true }),
  ]
  for (const call of calls) {
    await expect(call()).rejects.toMatchObject({ name: 'StoreLostError', code: 'E_STORE_CLOSED' })
  }
  await expect(own.enqueue()).rejects.toMatchObject({ code: 'E_UNREGISTERED' })
})

test('What was enqueued before close() is stored, also if nobody has waited for it.', async () => {
  const store = freshStore()
  const slow = task({ schema: z.number().refine(async (value) => value > 0) }, noop)
  const engine = await newEngine({ noop, slow }, store)
  const jobs = [engine.enqueue('noop', []), engine.enqueue('slow', [1])]
  const closed = engine.close()
  const [first, second] = await Promise.all(jobs)
  await closed
  const again = await newEngine({ noop }, store)
  expect((await again.jobs()).map(({ id }) => id)).toEqual([second?.id, first?.id])
})

test('A running job ends while the engine closes, and may still enqueue.', async () => {
  const store = freshStore()
  const started = gate()
  const finish = gate()
  const child = task({}, noop)
  const parent = task({}, async (): Promise<readonly string[]> => {
    started.open()
    await finish.opened
    return [await child.enqueue(), await engine.enqueue(child, [])].map(({ id }) => id)
  })
  const engine = await newEngine({ parent, child }, store)
  await engine.startWorker({ inline: true })
  const { id } = await parent.enqueue()
  await started.opened
  const closed = engine.close()
  finish.open()
  await closed
  const again = await newEngine({ noop }, store)
  const parentJob = await again.job(id)
  expect(parentJob).toMatchObject({ state: 'completed', attempt: 1 })
  expect((await again.jobs({ task: 'child' })).map((job) => job.id).sort()).toEqual(parentJob?.result)
})

test('A job that does not end within the grace is asked to stop, and handed back without a failure.', async () => {
  const store = freshStore()
  const started = gate()
  let wasAsked = false
  const endless = task({}, async () => {
    currentJob().signal.addEventListener('abort', () => {
      wasAsked = true
    })
    started.open()
    await new Promise(() => {})
  })
  const engine = await newEngine({ endless }, store)
  await engine.startWorker({ inline: true, grace: '20ms' })
  const { id } = await endless.enqueue()
  await started.opened
  await engine.close()
  expect(wasAsked).toBe(true)
  const again = await newEngine({ noop }, store)
  expect(await again.job(id)).toMatchObject({ state: 'queued', failures: 0, losses: 0 })
})

test('A worker that still starts when close() is called is stopped too.', async () => {
  const engine = await newEngine({ noop })
  const starting = engine.startWorker({ inline: true })
  const closed = engine.close()
  const worker = await starting
  await closed
  await worker.stop()
})

test('A worker that was stopped takes no more jobs; another one of the engine does.', async () => {
  const engine = await newEngine({ noop })
  const first = await engine.startWorker({ inline: true })
  await first.stop()
  await first.stop()
  const job = await engine.enqueue('noop', [])
  expect(await engine.job(job.id)).toMatchObject({ state: 'queued' })
  const second = await engine.startWorker({ inline: true })
  expect(second.id).not.toBe(first.id)
  expect(await ended(engine, job)).toMatchObject({ state: 'completed' })
})

test('Several workers of one engine share its jobs.', async () => {
  const both = gate()
  let running = 0
  const meet = async () => {
    running++
    if (running === 2) both.open()
    await both.opened
  }
  const engine = await newEngine({ meet })
  await engine.startWorker({ inline: true, concurrency: 1 })
  await engine.startWorker({ inline: true, concurrency: 1 })
  const jobs = [await engine.enqueue('meet', []), await engine.enqueue('meet', [])]
  for (const { id } of jobs) await jobWhen(engine, id, ({ state }) => state === 'completed')
})
