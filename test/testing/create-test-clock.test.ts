import { expect, onTestFinished, test, vi } from 'vitest'
import { BackgroundScheduler } from '../../src/background/background-scheduler.js'
import { BackgroundTasks } from '../../src/background/background-tasks.js'
import { createTestClock } from '../../src/testing/index.js'

const silent = { warn: () => {}, error: () => {} }

test('A test moves the time of a scheduler, and of what it repeats.', async () => {
  const clock = createTestClock({ now: '2026-01-05T01:30:00Z' })
  const scheduler = new BackgroundScheduler({ clock })
  const ran: string[] = []
  const note = (what: string) => ran.push(`${what} ${new Date(clock.now()).toISOString().slice(11, 16)}`)
  scheduler.addDelayedTask(note, '1h', 'once')
  scheduler.addRecurringTask(note, '45m', 'again')
  await clock.advance('59m')
  expect(ran).toEqual(['again 02:15'])
  await clock.advance('31m')
  expect(ran).toEqual(['again 02:15', 'once 02:30', 'again 03:00'])
  await scheduler.stop()
})

test('A test moves the waits of retries.', async () => {
  const clock = createTestClock()
  const tasks = new BackgroundTasks({ clock, logger: silent, retry: { maxRetries: 1, initialDelay: '1m' } })
  let attempts = 0
  tasks.addTask(() => {
    attempts += 1
    throw new Error('no route')
  })
  tasks.start()
  await clock.advance('59s')
  expect(attempts).toBe(1)
  await clock.advance('1s')
  expect(attempts).toBe(2)
  await tasks.drain()
})

test('Options and durations that are wrong are refused.', async () => {
  expect(() => createTestClock({ now: 'soon' })).toThrow('now: "soon" is not a time')
  // @ts-expect-error: an option that does not exist
  expect(() => createTestClock({ nwo: 0 })).toThrow('nwo')
  await expect(createTestClock().advance('soon')).rejects.toThrow('duration')
})

test('Timers that were faked before the import are a clear error, not a test that hangs.', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  vi.resetModules()
  const { createTestClock: loadedTooLate } = await import('../../src/testing/create-test-clock.js')
  expect(() => loadedTooLate()).toThrow('the timers were faked')
})
