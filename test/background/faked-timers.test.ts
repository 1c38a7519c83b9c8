import { mock } from 'node:test'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  BackgroundScheduler,
  BackgroundTasks,
  RetryLater,
  retryOnFailure,
  TaskMonitor,
  TaskQueue,
  Worker,
} from '../../src/index.js'
import { createTestClock, createTestEngine } from '../../src/testing/index.js'
import { recordedLogger } from '../support/recorded-logger.js'

const hourMs = 3_600_000
const retry = { maxRetries: 1, initialDelay: '1h', jitter: false }

function failsOnce() {
  return vi.fn().mockRejectedValueOnce(new Error('no route')).mockResolvedValue('sent')
}

describe('Faked timers of vitest move', () => {
  beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-01-05T01:30:00Z') }))
  afterEach(() => void vi.useRealTimers())

  test('a scheduler', async () => {
    const scheduler = new BackgroundScheduler()
    const ran: string[] = []
    const note = (what: string) => ran.push(`${what} ${new Date().toISOString().slice(11, 16)}`)
    scheduler.addDelayedTask(note, '1h', 'once')
    scheduler.addRecurringTask(note, '45m', 'again')
    const late = scheduler.addDelayedTask(note, '40d', 'late')
    await vi.advanceTimersByTimeAsync(1.5 * hourMs)
    expect(ran).toEqual(['again 02:15', 'once 02:30', 'again 03:00'])
    await scheduler.stop()
    expect(late.nextAt).toBe(null)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a delay that is longer than a timer of Node can be', async () => {
    const scheduler = new BackgroundScheduler()
    const run = vi.fn()
    scheduler.addDelayedTask(run, '40d')
    await vi.advanceTimersByTimeAsync(960 * hourMs - 1)
    expect(run).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(run).toHaveBeenCalledOnce()
  })

  test('retries and time limits of background tasks, whose start is real', async () => {
    const logger = recordedLogger()
    const tasks = new BackgroundTasks({ logger })
    const run = failsOnce()
    tasks.with({ retry, name: 'send' }).addTask(run)
    tasks.with({ timeout: '1h', name: 'hang' }).addTask(() => new Promise(() => {}))
    tasks.start()
    await vi.waitFor(() => expect(tasks.running).toBe(1))
    await vi.advanceTimersByTimeAsync(hourMs)
    await tasks.drain()
    expect(run).toHaveBeenCalledTimes(2)
    expect(logger.lines.at(-1)).toContain('hang: failed after 1 attempt: TimeoutError')
  })

  test('retries of a function and of a worker', async () => {
    const logger = recordedLogger()
    const sent = retryOnFailure(retry, { logger })(failsOnce())()
    const queue = new TaskQueue()
    const worker = new Worker(queue, 'w', { logger, retry })
    const working = worker.run()
    const run = failsOnce()
    await queue.put({ type: 'send', function: run, args: [] })
    await vi.advanceTimersByTimeAsync(hourMs)
    expect(await sent).toBe('sent')
    await queue.join()
    await worker.stop()
    await working
    expect(run).toHaveBeenCalledTimes(2)
  })

  test('the windows and the durations of a monitor', async () => {
    const monitor = new TaskMonitor()
    const sleep = () => new Promise((resolve) => setTimeout(resolve, hourMs))
    const ended = monitor.measure('send', sleep)
    await vi.advanceTimersByTimeAsync(hourMs)
    await ended
    expect(monitor.getTaskStats()).toMatchObject({ send: { averageDurationMs: hourMs } })
    expect(monitor.getRecentStats({ minutes: 30 }).totalTasks).toBe(1)
    await vi.advanceTimersByTimeAsync(hourMs)
    expect(monitor.getRecentStats({ minutes: 30 }).totalTasks).toBe(0)
  })

  test('the time that a test engine and a test clock begin at', async () => {
    const engine = await createTestEngine({ tasks: { later: () => Promise.reject(new RetryLater()) } })
    expect(engine.now()).toEqual(new Date('2026-01-05T01:30:00Z'))
    expect(createTestClock().now()).toBe(Date.parse('2026-01-05T01:30:00Z'))
    await engine.close()
  })
})

test('Those of node:test move a scheduler.', async () => {
  mock.timers.enable()
  try {
    const scheduler = new BackgroundScheduler()
    const run = vi.fn()
    scheduler.addDelayedTask(run, '1h')
    scheduler.addRecurringTask(run, '2h')
    mock.timers.tick(hourMs)
    expect(run).toHaveBeenCalledTimes(1)
    await scheduler.stop()
  } finally {
    mock.timers.reset()
  }
})
