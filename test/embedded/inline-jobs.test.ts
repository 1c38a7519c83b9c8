import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, test, vi } from 'vitest'
import {
  BackgroundScheduler,
  BackgroundTasks,
  currentJob,
  NonRetryableError,
  task,
  taskSignal,
} from '../../src/index.js'
import { ended, jobWhen, newEngine, until } from '../support/engines.js'
import { recordedLogger } from '../support/recorded-logger.js'

test('A job has all its values, with times as dates.', async () => {
  const steps = task({ queue: 'steps', timeout: '1m', retry: { maxRetries: 2 } }, (_input: { n: number }) => {
    currentJob().progress(0.5, 'half')
    return { at: new Date(0) }
  })
  const engine = await newEngine({ steps })
  const before = Date.now()
  const { id, duplicate } = await engine.enqueue('steps', [{ n: 1 }], { key: 'one', priority: 7, delay: '1h' })
  expect(duplicate).toBe(false)
  const waiting = {
    id,
    task: 'steps',
    queue: 'steps',
    state: 'scheduled',
    reason: null,
    priority: 7,
    args: [{ n: 1 }],
    key: 'one',
    createdAt: expect.any(Date),
    dueAt: expect.any(Date),
    startedAt: null,
    endedAt: null,
    attempt: 0,
    failures: 0,
    losses: 0,
    maxRetries: 2,
    timeoutMs: 60_000,
    progress: null,
    result: null,
    error: null,
    worker: null,
    schedule: null,
  }
  const job = await engine.job(id)
  expect(job).toEqual(waiting)
  expect(job?.dueAt.getTime()).toBeGreaterThanOrEqual(before + 3_600_000)
  expect(await engine.enqueue('steps', [{ n: 2 }], { key: 'one' })).toEqual({ id, duplicate: true })
  const now = await engine.enqueue('steps', [{ n: 2 }])
  const worker = await engine.startWorker({ inline: true })
  const done = await ended(engine, now)
  expect(done).toMatchObject({
    state: 'completed',
    attempt: 1,
    progress: { fraction: 0.5, message: 'half' },
    result: { at: '1970-01-01T00:00:00.000Z' },
    worker: worker.id,
  })
  expect(done.startedAt?.getTime()).toBeLessThanOrEqual(done.endedAt?.getTime() ?? 0)
  expect((await engine.jobs()).map((one) => one.id)).toEqual([now.id, id])
  expect(await engine.jobs({ states: ['scheduled'], limit: 1 })).toEqual([waiting])
  expect(await engine.job('j999')).toBeNull()
})

test('A job that throws is tried again, and fails with its error.', async () => {
  let attempts = 0
  const retried = task({ retry: { maxRetries: 1, initialDelay: '1ms' } }, () => {
    attempts++
    throw new TypeError(`attempt ${attempts}`)
  })
  const hopeless = () => {
    throw new NonRetryableError('it never works')
  }
  const engine = await newEngine({ retried, hopeless })
  await engine.startWorker({ inline: true })
  const first = await ended(engine, await retried.enqueue())
  expect(first).toMatchObject({ state: 'failed', reason: 'error', attempt: 2, failures: 2 })
  expect(first.error).toMatchObject({ name: 'TypeError', message: 'attempt 2' })
  const second = await ended(engine, await engine.enqueue('hopeless', []))
  expect(second).toMatchObject({ state: 'failed', attempt: 1, error: { message: 'it never works' } })
})

test('A waiting job is cancelled at once, a running one by its signal, and an ended one stays.', async () => {
  const waits = task({}, () => {
    const { signal } = currentJob()
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  })
  const engine = await newEngine({ waits })
  const waiting = await waits.enqueue()
  expect(await engine.cancel(waiting.id)).toBe('cancelled')
  await engine.startWorker({ inline: true })
  const running = await waits.enqueue()
  await jobWhen(engine, running.id, ({ state }) => state === 'running')
  expect(await engine.cancel(running.id)).toBe('requested')
  expect(await ended(engine, running)).toMatchObject({ state: 'cancelled' })
  expect(await engine.cancel(running.id)).toBe('ended')
  expect(await engine.cancel('j999')).toBe('unknown')
})

test('A job over its time gets the signal, is abandoned after the grace, and its late result is refused.', async () => {
  let finish = (_: string) => {}
  let reason: unknown = null
  const late = task({ timeout: '20ms', grace: '20ms', retry: { maxRetries: 0 } }, () => {
    const { signal } = currentJob()
    signal.addEventListener('abort', () => {
      reason = signal.reason
    })
    return new Promise<string>((resolve) => {
      finish = resolve
    })
  })
  const engine = await newEngine({ late, next: () => 'next' })
  await engine.startWorker({ inline: true, concurrency: 1 })
  const job = await late.enqueue()
  const timedOut = await ended(engine, job)
  expect(timedOut).toMatchObject({ state: 'failed', reason: 'timeout' })
  expect(reason).toBeInstanceOf(Error)
  finish('too late')
  // The place of the abandoned job is free, and what it returned has come before this.
  expect(await ended(engine, await engine.enqueue('next', []))).toMatchObject({ result: 'next' })
  expect(await engine.job(job.id)).toEqual(timedOut)
})

test('What a job prints goes to the console of the program.', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  try {
    const prints = () => {
      console.log('printed')
      currentJob().log('kept')
    }
    const engine = await newEngine({ prints })
    await engine.startWorker({ inline: true })
    expect(await ended(engine, await engine.enqueue('prints', []))).toMatchObject({ state: 'completed' })
    expect(log.mock.calls).toEqual([['printed']])
  } finally {
    log.mockRestore()
  }
})

test('A job carries the asynchronous context neither of who started its worker, nor of who enqueued it.', async () => {
  const requests = new AsyncLocalStorage<string>()
  const engine = await newEngine({ contextOf: () => requests.getStore() ?? 'none' }, 'memory:')
  await requests.run('of the start', () => engine.startWorker({ inline: true }))
  const { id } = await requests.run('of a request', () => engine.enqueue('contextOf', []))
  expect(await engine.finished(id)).toMatchObject({ result: 'none' })
})

test('What a job leaves to run later is no part of it when it has ended, but of the request around it.', async () => {
  const requests = new AsyncLocalStorage<string>()
  const logger = recordedLogger()
  const tasks = new BackgroundTasks({ logger })
  const scheduler = new BackgroundScheduler({ logger })
  const outside = taskSignal()
  const seen: unknown[] = []
  const later = () => {
    seen.push(requests.getStore(), taskSignal() === outside)
    expect(currentJob).toThrow('outside a job')
  }
  const engine = await newEngine({
    order: () => {
      requests.run('request 1', () => {
        tasks.addTask(later)
        tasks.with({ timeout: '1m' }).addTask(() => expect(currentJob).toThrow('outside a job'))
        scheduler.with({ name: 'soon' }).addDelayedTask(later, 0)
        scheduler.addRecurringTask(later, '1ms')
      })
    },
  })
  await engine.startWorker({ inline: true })
  await ended(engine, await engine.enqueue('order', []))
  await tasks()
  await until(async () => (seen.length >= 6 ? true : undefined))
  await scheduler.stop()
  expect(new Set(seen)).toEqual(new Set(['request 1', true]))
  expect(logger.lines.filter((line) => !line.includes('skipped'))).toEqual([])
})

test('Of several jobs that start together and block past their limit, each is over it.', async () => {
  const work = (ms: number) => {
    const end = Date.now() + ms
    while (Date.now() < end);
    return ms
  }
  const engine = await newEngine({ work })
  await engine.startWorker({ inline: true, concurrency: 10 })
  // Quick ones first: only jobs of quick tasks start together.
  const quick = await Promise.all(Array.from({ length: 60 }, () => engine.enqueue('work', [0])))
  await Promise.all(quick.map(({ id }) => engine.finished(id)))
  const late = await Promise.all(
    Array.from({ length: 5 }, () => engine.enqueue('work', [100], { timeout: 50, retries: 0 })),
  )
  const jobs = await Promise.all(late.map(({ id }) => engine.finished(id)))
  expect(jobs.map(({ state, reason }) => [state, reason])).toEqual(late.map(() => ['failed', 'timeout']))
})
