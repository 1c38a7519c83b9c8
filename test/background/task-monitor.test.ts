import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { monitored, TaskMonitor, UsageError } from '../../src/index.js'
import { movableClock } from '../../src/testing/test-clock.js'

const minute = 60_000

describe('A task monitor', () => {
  test('counts what ended, by name and together.', () => {
    const monitor = new TaskMonitor()
    expect([monitor.totalTasks, monitor.failureRate, monitor.averageDurationMs]).toEqual([0, 0, 0])
    for (const name of ['send', 'send', 'resize']) monitor.taskStarted(name)
    monitor.taskCompleted('send', 100)
    monitor.taskFailed('send', 300, new Error('no'))
    expect([monitor.runningTasks, monitor.totalTasks]).toEqual([1, 2])
    monitor.taskCompleted('resize', 500)
    expect([monitor.totalTasks, monitor.completedTasks, monitor.failedTasks, monitor.averageDurationMs]).toEqual([
      3, 2, 1, 300,
    ])
    expect(monitor.getTaskStats()).toEqual({
      send: { totalTasks: 2, completedTasks: 1, failedTasks: 1, failureRate: 0.5, averageDurationMs: 200 },
      resize: { totalTasks: 1, completedTasks: 1, failedTasks: 0, failureRate: 0, averageDurationMs: 500 },
    })
  })

  test('forgets what ended before the window, but not of all time.', async () => {
    const clock = movableClock()
    const monitor = new TaskMonitor({ clock })
    monitor.taskFailed('send', 10, 'no')
    await clock.advance(6 * minute)
    monitor.taskCompleted('send', 30)
    expect(monitor.getRecentStats({ minutes: 5 })).toMatchObject({
      totalTasks: 1,
      failedTasks: 0,
      averageDurationMs: 30,
    })
    expect(monitor.getRecentStats({ minutes: 6 })).toMatchObject({ totalTasks: 2, failedTasks: 1, failureRate: 0.5 })
    await clock.advance(70 * minute)
    monitor.taskCompleted('send', 30)
    expect(monitor.getRecentStats({ minutes: 60 }).totalTasks).toBe(1)
    expect(monitor.totalTasks).toBe(3)
  })

  test('does not count ends of a clock that was ahead and has been set back as recent.', async () => {
    const clock = movableClock()
    const monitor = new TaskMonitor({ clock })
    const now = clock.now()
    clock.setWall(now + 1_000 * minute)
    monitor.taskFailed('send', 1)
    clock.setWall(now)
    monitor.taskCompleted('send', 1)
    expect(monitor.getRecentStats({ minutes: 60 })).toMatchObject({ totalTasks: 1, failedTasks: 0 })
  })

  test.each<[completed: number, failed: number, status: string]>([
    [0, 0, 'healthy'],
    [9, 1, 'healthy'],
    [899, 101, 'degraded'],
    [1, 1, 'degraded'],
    [499, 501, 'unhealthy'],
    [0, 1, 'unhealthy'],
  ])('with %i completed and %i failed tasks is %s: limits are passed, not met.', (completed, failed, status) => {
    const monitor = new TaskMonitor()
    for (let n = 0; n < completed; n++) monitor.taskCompleted('t', 1)
    for (let n = 0; n < failed; n++) monitor.taskFailed('t', 1)
    expect(monitor.health()).toMatchObject({ status, totalTasks: completed + failed })
  })

  test('judges by limits and a window that are given.', async () => {
    const clock = movableClock()
    const monitor = new TaskMonitor({ clock })
    monitor.taskFailed('t', 1)
    monitor.taskCompleted('t', 1)
    expect(monitor.health({ degradedAbove: 0.5 }).status).toBe('healthy')
    expect(monitor.health({ unhealthyAbove: 0.4 }).status).toBe('unhealthy')
    await clock.advance(3 * minute)
    expect(monitor.health({ windowMs: minute }).status).toBe('healthy')
    expect(monitor.health({ windowMs: 10 * minute }).status).toBe('degraded')
  })

  test('has a bounded number of names; the others share one.', () => {
    const monitor = new TaskMonitor({ maxTasks: 2 })
    for (let n = 0; n < 1_000; n++) monitor.taskCompleted(`t${n}`, 1)
    const stats = monitor.getTaskStats()
    expect(Object.keys(stats)).toEqual(['t0', 't1', '(other)'])
    expect(stats['(other)']?.totalTasks).toBe(998)
    expect(monitor.totalTasks).toBe(1_000)
  })

  test('agrees with a plain list of ends, whatever they are.', async () => {
    const ends = fc.array(
      fc.record({
        name: fc.constantFrom('a', 'b', '__proto__'),
        fails: fc.boolean(),
        durationMs: fc.integer({ min: 0, max: 1_000 }),
        pauseMs: fc.integer({ min: 0, max: 3 * minute }),
      }),
      { maxLength: 30 },
    )
    await fc.assert(
      fc.asyncProperty(ends, fc.integer({ min: 1, max: 60 }), async (list, minutes) => {
        const clock = movableClock()
        const monitor = new TaskMonitor({ clock })
        const seen: { at: number; fails: boolean; durationMs: number }[] = []
        for (const { name, fails, durationMs, pauseMs } of list) {
          await clock.advance(pauseMs)
          if (fails) monitor.taskFailed(name, durationMs)
          else monitor.taskCompleted(name, durationMs)
          seen.push({ at: clock.now(), fails, durationMs })
        }
        const first = Math.floor((clock.now() - minutes * minute) / minute)
        const recent = seen.filter(({ at }) => Math.floor(at / minute) >= first)
        const failed = recent.filter(({ fails }) => fails).length
        expect(monitor.getRecentStats({ minutes })).toMatchObject({ totalTasks: recent.length, failedTasks: failed })
        expect(monitor.totalTasks).toBe(seen.length)
      }),
    )
  })

  test.each<[use: (monitor: TaskMonitor) => unknown, message: string]>([
    [(one) => one.taskCompleted('t', Number.NaN), 'taskCompleted(): NaN is no number of milliseconds'],
    [(one) => one.taskFailed(5 as never, 1), 'taskFailed(): 5 is no name of a task'],
    [(one) => one.getRecentStats({ minutes: 0 }), 'minutes: 0'],
    [(one) => one.health({ degradedAbove: 10 }), 'degradedAbove: 10'],
    [() => new TaskMonitor({ maxTasks: 0 }), 'maxTasks: 0'],
  ])('refuses what is wrong: %s', (use, message) => {
    expect(() => use(new TaskMonitor())).toThrow(UsageError)
    expect(() => use(new TaskMonitor())).toThrow(message)
  })
})

describe('monitored()', () => {
  test('counts the calls of a function, with their durations, and changes nothing else of it.', async () => {
    const clock = movableClock()
    const monitor = new TaskMonitor({ clock })
    const send = monitored(
      monitor,
      'email',
    )(async function sendEmail(this: unknown, to: string) {
      await clock.sleep(200)
      if (to === '') throw new RangeError('no address')
      return to.length
    })
    expect([send.name, send.length]).toEqual(['sendEmail', 1])
    const results = Promise.allSettled([send.call(null, 'ada'), send.call(null, '')])
    expect(monitor.runningTasks).toBe(2)
    await clock.advance(200)
    expect(await results).toMatchObject([{ value: 3 }, { reason: new RangeError('no address') }])
    expect(monitor.getTaskStats().email).toMatchObject({ completedTasks: 1, failedTasks: 1, averageDurationMs: 200 })
    expect(monitor.runningTasks).toBe(0)
  })

  test('counts a thenable when it has settled.', async () => {
    const clock = movableClock()
    const monitor = new TaskMonitor({ clock })
    // As the queries of some database libraries are: they begin when somebody waits for them.
    const query = (answer: () => Promise<string>): PromiseLike<string> => ({
      // biome-ignore lint/suspicious/noThenProperty: it is what is tested
      then: (done, failed) => answer().then(done, failed),
    })
    const select = monitored(monitor, 'select')(query)
    const running = select(async () => {
      await clock.sleep(100)
      return 'rows'
    })
    expect([monitor.runningTasks, monitor.totalTasks]).toEqual([1, 0])
    await new Promise((resolve) => setImmediate(resolve)) // now the query has begun
    await clock.advance(100)
    expect(await running).toBe('rows')
    await expect(select(() => Promise.reject(new Error('no table')))).rejects.toThrow('no table')
    expect(monitor.getTaskStats().select).toMatchObject({ completedTasks: 1, failedTasks: 1, averageDurationMs: 50 })
  })

  test('refuses what is no monitor, and no name, before anything runs.', () => {
    expect(() => monitored(5 as never)).toThrow('monitored(): 5 is no TaskMonitor')
    expect(() => monitored(new TaskMonitor(), 5 as never)).toThrow('monitored(): 5 is no name of a task')
  })

  test('leaves a sync function sync, and uses its name.', () => {
    const monitor = new TaskMonitor()
    const double: (value: number) => number = monitored(monitor)(function double(value: number) {
      if (value < 0) throw new RangeError('negative')
      return 2 * value
    })
    expect(double(2)).toBe(4)
    expect(() => double(-1)).toThrow('negative')
    expect(monitor.getTaskStats().double).toMatchObject({ completedTasks: 1, failedTasks: 1 })
  })
})
