import { describe, expect, test } from 'vitest'
import { BackgroundScheduler, RetryLater, UsageError } from '../../src/index.js'
import { type MovableClock, movableClock } from '../../src/testing/test-clock.js'
import { recordedLogger } from '../support/recorded-logger.js'

const turn = () => new Promise((resolve) => setImmediate(resolve))
const hour = 3_600_000
const day = 24 * hour

function schedulerWith(clock: MovableClock) {
  const logger = recordedLogger()
  return { logger, scheduler: new BackgroundScheduler({ clock, logger }) }
}

/** The hours since the beginning. */
function timesOn(clock: MovableClock) {
  const start = clock.now()
  const hours: number[] = []
  return { hours, run: () => void hours.push((clock.now() - start) / hour) }
}

describe('A delayed task', () => {
  test('runs once after its delay, with its arguments.', async () => {
    const clock = movableClock()
    const { scheduler } = schedulerWith(clock)
    const seen: unknown[] = []
    const task = scheduler.addDelayedTask((token: string) => seen.push(token), '1h', 'abc')
    expect(task.nextAt).toEqual(new Date(clock.now() + hour))
    await clock.advance(hour - 1)
    expect(seen).toEqual([])
    await clock.advance(1)
    expect(seen).toEqual(['abc'])
    expect([task.nextAt, await task.cancel()]).toEqual([null, false])
    await clock.advance(day)
    expect(seen).toEqual(['abc'])
  })

  test('waits for longer than the timers of Node can.', async () => {
    const clock = movableClock()
    const { scheduler } = schedulerWith(clock)
    const { hours, run } = timesOn(clock)
    scheduler.addDelayedTask(run, '30d')
    await clock.advance(31 * day)
    expect(hours).toEqual([30 * 24])
  })

  test('that is cancelled does not run.', async () => {
    const clock = movableClock()
    const { scheduler } = schedulerWith(clock)
    const { hours, run } = timesOn(clock)
    const task = scheduler.addDelayedTask(run, 100)
    expect([await task.cancel(), await task.cancel(), task.nextAt]).toEqual([true, false, null])
    await clock.advance(day)
    expect(hours).toEqual([])
  })

  test('is repeated by its policy when it fails, and its failure is logged with its name.', async () => {
    const clock = movableClock()
    const { logger, scheduler } = schedulerWith(clock)
    scheduler.with({ retry: { maxRetries: 1, initialDelay: '1s' } }).addDelayedTask(async function cleanUp() {
      throw new Error('disk')
    }, 10)
    await clock.advance(10)
    await clock.advance(1_000)
    expect(logger.lines).toEqual([
      'warn cleanUp: attempt 1 of 2 failed, again in 1s: Error: disk',
      'error cleanUp: failed after 2 attempts: Error: disk',
    ])
  })
})

describe('A recurring task', () => {
  test('runs after each interval, over days, however long a run takes.', async () => {
    const clock = movableClock()
    const { scheduler } = schedulerWith(clock)
    const { hours, run } = timesOn(clock)
    const task = scheduler.addRecurringTask(async () => {
      run()
      await clock.sleep(10 * 60_000)
    }, '6h')
    await clock.advance(2 * day)
    expect(hours).toEqual([6, 12, 18, 24, 30, 36, 42, 48])
    expect(task.nextAt).toEqual(new Date(clock.now() + 6 * hour))
    expect([await task.cancel(), task.nextAt]).toEqual([true, null])
    await clock.advance(day)
    expect(hours).toHaveLength(8)
  })

  test('begins at its startTime; one that has passed counts on in whole intervals.', async () => {
    const clock = movableClock()
    const { scheduler } = schedulerWith(clock)
    const future = timesOn(clock)
    const past = timesOn(clock)
    const at = (hours: number) => new Date(clock.now() + hours * hour)
    scheduler.addRecurringTask(future.run, { interval: '1d', startTime: at(2) })
    scheduler.addRecurringTask(past.run, { interval: '1d', startTime: at(-30) })
    await clock.advance(2 * day + 3 * hour)
    expect(future.hours).toEqual([2, 26, 50])
    expect(past.hours).toEqual([18, 42])
  })

  test('takes HH:MM as the next such time on the clock of this machine.', async () => {
    const clock = movableClock()
    const { scheduler } = schedulerWith(clock)
    const task = scheduler.addRecurringTask(() => {}, { interval: '1d', startTime: '02:30' })
    const next = task.nextAt ?? new Date(0)
    expect([next.getHours(), next.getMinutes()]).toEqual([2, 30])
    expect(next.getTime() - clock.now()).toBeGreaterThan(0)
    expect(next.getTime() - clock.now()).toBeLessThanOrEqual(day)
    await scheduler.stop()
  })

  test('skips a time that comes while it still runs, and logs that.', async () => {
    const clock = movableClock()
    const { logger, scheduler } = schedulerWith(clock)
    const { hours, run } = timesOn(clock)
    scheduler.addRecurringTask(async function report() {
      run()
      await clock.sleep(2.5 * hour)
    }, '1h')
    await clock.advance(5 * hour)
    expect(hours).toEqual([1, 4])
    expect(logger.lines.length).toBe(3)
    expect(logger.lines[0]).toBe('warn report: skipped at 2030-01-01T02:00:00.000Z: the last run has not ended')
    const stopped = scheduler.stop()
    await clock.advance(3 * hour)
    await stopped
  })

  test('that missed times while the process was busy runs once, and logs how many it missed.', async () => {
    const clock = movableClock()
    const { logger, scheduler } = schedulerWith(clock)
    const { hours, run } = timesOn(clock)
    scheduler.addRecurringTask(function report() {
      run()
    }, '1h')
    await clock.advance(hour)
    // Timers do not run meanwhile, as in a loop that is blocked.
    clock.setWall(clock.now() + 3.5 * hour)
    await clock.advance(hour)
    expect(hours.length).toBe(3)
    expect(logger.lines).toEqual([
      'warn report: missed 2 times after 2030-01-01T02:00:00.000Z: the process was busy or stopped, or the clock was set',
    ])
    await scheduler.stop()
  })

  test('that fails runs again at its next time.', async () => {
    const clock = movableClock()
    const { logger, scheduler } = schedulerWith(clock)
    scheduler.addRecurringTask(function fails() {
      throw new Error('again')
    }, '1h')
    await clock.advance(2 * hour)
    expect(logger.lines).toEqual(Array(2).fill('error fails: failed after 1 attempt: Error: again'))
    await scheduler.stop()
  })

  test('runs once, late, for all times that a process slept through, and finds a clock that was set within a minute.', async () => {
    const clock = movableClock()
    const { scheduler } = schedulerWith(clock)
    const start = clock.now()
    const times: number[] = []
    const task = scheduler.addRecurringTask(() => times.push(clock.now() - start), '1h')
    clock.setWall(start + 5 * hour + 1_000)
    await clock.advance(60_000)
    expect(times).toHaveLength(1)
    expect(task.nextAt).toEqual(new Date(start + 6 * hour))
    clock.setWall(start + 10 * 60_000)
    await clock.advance(60_000)
    expect(task.nextAt).toEqual(new Date(start + hour))
    await scheduler.stop()
  })
})

describe('stop()', () => {
  test('waits for what runs, leaves no timer, and takes no more tasks.', async () => {
    const clock = movableClock()
    const { scheduler } = schedulerWith(clock)
    let open: () => void = () => {}
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    let ended = 0
    const slow = async () => {
      await opened
      ended += 1
    }
    scheduler.addRecurringTask(slow, '1h')
    scheduler.addDelayedTask(slow, '5h')
    await clock.advance(hour)
    let isStopped = false
    const stopped = scheduler.stop().then(() => {
      isStopped = true
    })
    await turn()
    expect(isStopped).toBe(false)
    open()
    await stopped
    await clock.advance(2 * day)
    expect(ended).toBe(1)
    expect(() => scheduler.addDelayedTask(slow, 1)).toThrow(UsageError)
    expect(() => scheduler.addRecurringTask(slow, 1)).toThrow('addRecurringTask(): the scheduler has been stopped')
    await scheduler.stop()
  })

  test('gives up a task that fails after it: no retry is waited for.', async () => {
    const clock = movableClock()
    const { logger, scheduler } = schedulerWith(clock)
    let fail: () => void = () => {}
    const failing = new Promise<void>((_, reject) => {
      fail = () => reject(new Error('disk'))
    })
    const retry = { maxRetries: 5, initialDelay: '10m' }
    scheduler.with({ retry, name: 'cleanUp' }).addDelayedTask(() => failing, 10)
    scheduler.with({ name: 'later' }).addDelayedTask(async () => {
      await failing.catch(() => {})
      throw new RetryLater('10m')
    }, 10)
    await clock.advance(10)
    const stopped = scheduler.stop()
    fail()
    await stopped
    expect(logger.lines).toEqual(['error cleanUp: failed after 1 attempt: Error: disk'])
  })

  test('is all that a process needs to end.', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const scheduler = new BackgroundScheduler()
    scheduler.addRecurringTask(() => {}, '1d')
    scheduler.addDelayedTask(() => {}, '60d')
    expect(timers()).toBe(before + 2)
    await scheduler.stop()
    expect(timers()).toBe(before)
  })
})

test('No more tasks run at a time than maxConcurrent.', async () => {
  const clock = movableClock()
  const scheduler = new BackgroundScheduler({ clock, maxConcurrent: 2, logger: recordedLogger() })
  let running = 0
  let most = 0
  for (let n = 0; n < 5; n++) {
    scheduler.addDelayedTask(async () => {
      running += 1
      most = Math.max(most, running)
      await clock.sleep(100)
      running -= 1
    }, 10)
  }
  await clock.advance(1_000)
  expect([most, running]).toEqual([2, 0])
})

test.each<[add: (scheduler: BackgroundScheduler) => unknown, message: string]>([
  [(one) => one.addDelayedTask('send' as never, '1h'), 'addDelayedTask(): "send" is no function'],
  [(one) => one.addDelayedTask(() => {}, 'soon'), 'delay: "soon" is not a duration'],
  [(one) => one.addRecurringTask(() => {}, 0), 'interval: 0 is no interval'],
  [(one) => one.addRecurringTask(() => {}, { interval: '1d', startTime: '25:00' }), 'startTime: "25:00" is no time'],
  [(one) => one.addRecurringTask(() => {}, { every: '1d' } as never), 'there is no option "every"'],
  [(one) => one.with({ delay: 1 } as object), 'there is no option "delay"'],
  // @ts-expect-error: an argument is missing
  [(one) => one.addDelayedTask((to: string) => to, 'x'), 'delay: "x"'],
])('A wrong call is refused where it is written: %s', (add, message) => {
  expect(() => add(new BackgroundScheduler())).toThrow(message)
})
