import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { BackgroundTasks, NonRetryableError, RetryLater, RetryPolicy } from '../../src/index.js'
import { movableClock } from '../../src/testing/test-clock.js'
import { recordedLogger } from '../support/recorded-logger.js'

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('Retries of background tasks', () => {
  const flaky = (failures: number, error: () => unknown = () => new Error('again')) => {
    const state = { calls: 0 }
    const run = async function fetchPage() {
      state.calls += 1
      if (state.calls <= failures) throw error()
    }
    return { state, run }
  }

  test('A failed attempt is repeated after the waits of its policy, each logged as a warning.', async () => {
    const clock = movableClock()
    const logger = recordedLogger()
    const tasks = new BackgroundTasks({ clock, logger })
    const retry = new RetryPolicy({ maxRetries: 3, initialDelay: '1s', maxDelay: '60s', exponentialBackoff: true })
    const { state, run } = flaky(2)
    tasks.with({ retry }).addTask(run)
    const done = tasks.execute()
    await turn()
    await clock.advance(999)
    expect([state.calls, tasks.pending]).toEqual([1, 1])
    await clock.advance(1)
    expect(state.calls).toBe(2)
    await clock.advance(2_000)
    await done
    expect(state.calls).toBe(3)
    expect(logger.lines).toEqual([
      'warn fetchPage: attempt 1 of 4 failed, again in 1s: Error: again',
      'warn fetchPage: attempt 2 of 4 failed, again in 2s: Error: again',
    ])
  })

  test('When retries are used up, the last error and the number of attempts are reported.', async () => {
    const clock = movableClock()
    const logger = recordedLogger()
    const tasks = new BackgroundTasks({ clock, logger, retry: { maxRetries: 1, initialDelay: 10 } })
    const failed = once(tasks as never, 'failed')
    tasks.addTask(flaky(9).run)
    const done = tasks.execute()
    await turn()
    await clock.advance(10)
    await done
    expect(await failed).toMatchObject([{ name: 'fetchPage', attempts: 2 }])
    expect(logger.lines.at(-1)).toBe('error fetchPage: failed after 2 attempts: Error: again')
  })

  test('A wait takes no place, and a task whose wait is over comes before those that were added.', async () => {
    const clock = movableClock()
    const tasks = new BackgroundTasks({ clock, maxConcurrent: 1, logger: recordedLogger() })
    const order: string[] = []
    let open: () => void = () => {}
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    tasks.with({ retry: { maxRetries: 1, initialDelay: '1m' } }).addTask(() => {
      order.push('flaky')
      if (order.length === 1) throw new Error('once')
    })
    tasks.addTask(async () => {
      order.push('slow')
      await opened
    })
    tasks.addTask(() => order.push('last'))
    const done = tasks.execute()
    await turn()
    await clock.advance(60_000)
    expect(order).toEqual(['flaky', 'slow'])
    open()
    await done
    expect(order).toEqual(['flaky', 'slow', 'flaky', 'last'])
  })

  test('Connection errors are retried and validation errors are not, by either list of classes.', async () => {
    class ConnectionError extends Error {}
    class ValidationError extends Error {}
    const calls: Record<string, number> = {}
    const tasks = new BackgroundTasks({ logger: recordedLogger() })
    for (const retry of [{ retryOn: [ConnectionError] }, { dontRetryOn: [ValidationError] }]) {
      for (const kind of [ConnectionError, ValidationError]) {
        const name = `${Object.keys(retry)} ${kind.name}`
        tasks.with({ retry: { ...retry, maxRetries: 2, initialDelay: 0 } }).addTask(() => {
          calls[name] = (calls[name] ?? 0) + 1
          throw new kind()
        })
      }
    }
    await tasks()
    expect(calls).toEqual({
      'retryOn ConnectionError': 3,
      'retryOn ValidationError': 1,
      'dontRetryOn ConnectionError': 3,
      'dontRetryOn ValidationError': 1,
    })
  })

  test('NonRetryableError ends a task at once; RetryLater repeats it without a policy, and uses up no retry.', async () => {
    const clock = movableClock()
    const logger = recordedLogger()
    const tasks = new BackgroundTasks({ clock, logger })
    const never = flaky(9, () => new NonRetryableError('no use'))
    const later = flaky(2, () => new RetryLater('10m'))
    const wrong = flaky(2, () => new RetryLater('soon'))
    tasks.with({ retry: { maxRetries: 5 } }).addTask(never.run)
    tasks.addTask(later.run)
    tasks.addTask(wrong.run)
    const done = tasks.execute()
    await turn()
    await clock.advance(20 * 60_000)
    await done
    expect([never.state.calls, later.state.calls, wrong.state.calls]).toEqual([1, 3, 1])
    expect(logger.lines).toEqual([
      'error fetchPage: failed after 1 attempt: NonRetryableError: no use',
      'error fetchPage: failed after 1 attempt: UsageError: RetryLater: "soon" is not a duration',
    ])
  })

  test('clear() ends the waits for retries, with no timer left.', async () => {
    const clock = movableClock()
    const tasks = new BackgroundTasks({ clock, retry: { maxRetries: 1 }, logger: recordedLogger() })
    const { state, run } = flaky(1)
    tasks.addTask(run)
    const done = tasks.execute()
    await turn()
    expect(tasks.clear()).toBe(1)
    await done
    await clock.advance(60_000)
    expect(state.calls).toBe(1)
  })

  test('After a stop by an error, tasks that wait for a retry stay pending without a timer.', async () => {
    const clock = movableClock()
    const tasks = new BackgroundTasks({ clock, continueOnError: false, maxConcurrent: 2, logger: recordedLogger() })
    const { state, run } = flaky(1)
    tasks.with({ retry: { maxRetries: 1, initialDelay: '1h' } }).addTask(run)
    tasks.addTask(async () => {
      await turn()
      throw new Error('the other')
    })
    await expect(tasks()).rejects.toThrow('the other')
    expect([tasks.pending, state.calls]).toEqual([1, 1])
    await clock.advance(3_600_000)
    expect(state.calls).toBe(1)
    await tasks()
    expect(state.calls).toBe(2)
  })
})

test('A function that tests an error is no class of errors.', () => {
  const isReset = ((error: NodeJS.ErrnoException) => error.code === 'ECONNRESET') as never
  for (const retry of [{ retryOn: [isReset] }, { dontRetryOn: [isReset] }]) {
    expect(() => new RetryPolicy(retry)).toThrow(expect.objectContaining({ code: 'E_RETRY' }))
  }
})
