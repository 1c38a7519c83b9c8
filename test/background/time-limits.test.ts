import { describe, expect, test } from 'vitest'
import { BackgroundTasks, currentJob, taskSignal } from '../../src/index.js'
import { movableClock } from '../../src/testing/test-clock.js'
import { ended, newEngine } from '../support/engines.js'
import { recordedLogger } from '../support/recorded-logger.js'

describe('Time limits of background tasks', () => {
  test('An attempt that takes too long fails, its signal aborts, and its late result is ignored.', async () => {
    const clock = movableClock()
    const logger = recordedLogger()
    const tasks = new BackgroundTasks({ clock, logger, timeout: '30s' })
    const signals: AbortSignal[] = []
    const late: (() => void)[] = []
    tasks.with({ retry: { maxRetries: 1, initialDelay: 0, retryOn: [] } }).addTask(async function upload() {
      signals.push(taskSignal())
      if (signals.length === 1) {
        await new Promise<void>((_, reject) => late.push(() => reject(new Error('late'))))
      }
    })
    const done = tasks.execute()
    await clock.advance(29_999)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
    await clock.advance(1)
    await done
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    expect(signals[0]?.reason).toMatchObject({ name: 'TimeoutError', message: 'the attempt took longer than 30s' })
    for (const end of late) end()
    await clock.advance(60_000)
    expect(signals[1]?.aborted).toBe(false) // no timer is left
    expect(logger.lines).toEqual([
      'warn upload: attempt 1 of 2 failed, again in 0ms: TimeoutError: the attempt took longer than 30s',
    ])
  })

  test('The place of a task that hangs is free after its time.', async () => {
    const clock = movableClock()
    const tasks = new BackgroundTasks({ clock, logger: recordedLogger(), maxConcurrent: 1 })
    let ran = false
    tasks.with({ timeout: 100 }).addTask(() => new Promise(() => {}))
    tasks.addTask(() => {
      ran = true
    })
    const done = tasks.execute()
    await clock.advance(100)
    await done
    expect(ran).toBe(true)
  })

  test('A function that is done in time, or throws, leaves no timer.', async () => {
    const clock = movableClock()
    const logger = recordedLogger()
    const tasks = new BackgroundTasks({ clock, logger, timeout: 100 })
    let signal: AbortSignal | undefined
    tasks.addTask(() => {
      signal = taskSignal()
    })
    tasks.addTask(function throws() {
      throw new Error('at once')
    })
    await tasks()
    await clock.advance(1_000)
    expect(signal?.aborted).toBe(false)
    expect(logger.lines).toEqual(['error throws: failed after 1 attempt: Error: at once'])
  })

  test('Without a limit the signal never aborts; a task that another one adds does not get that of the other.', async () => {
    const clock = movableClock()
    const tasks = new BackgroundTasks({ clock, logger: recordedLogger() })
    const inner: AbortSignal[] = []
    let outer: AbortSignal | undefined
    tasks.with({ timeout: 100 }).addTask(() => {
      outer = taskSignal()
      tasks.addTask(() => inner.push(taskSignal()))
      return new Promise(() => {})
    })
    const done = tasks.execute()
    await clock.advance(100)
    await done
    expect(outer?.aborted).toBe(true)
    expect(inner.map(({ aborted }) => aborted)).toEqual([false])
    expect(taskSignal().aborted).toBe(false)
  })
})

test('In a job the signal is that of the job, also in the background tasks that it adds.', async () => {
  const seen: unknown[] = []
  const engine = await newEngine({
    parent: async () => {
      const { signal, id } = currentJob()
      const tasks = new BackgroundTasks()
      tasks.addTask(async () => seen.push(taskSignal() === signal, currentJob().id === id))
      await tasks()
      return taskSignal() === signal
    },
  })
  await engine.startWorker({ inline: true })
  expect(await ended(engine, await engine.enqueue('parent', []))).toMatchObject({ result: true })
  expect(seen).toEqual([true, true])
})
