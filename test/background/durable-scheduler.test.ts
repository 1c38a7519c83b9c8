import { describe, expect, test } from 'vitest'
import { BackgroundScheduler, type Engine, task } from '../../src/index.js'
import { ended, newEngine } from '../support/engines.js'
import { recordedLogger } from '../support/recorded-logger.js'

describe('A scheduler with an engine', () => {
  test('keeps a delayed task as a job, which a worker of the engine runs.', async () => {
    const deleteToken = (token: string) => `${token} deleted`
    const engine = await newEngine({ deleteToken })
    const scheduler = new BackgroundScheduler({ engine })
    const soon = scheduler.addDelayedTask(deleteToken, 10, 'abc')
    const later = scheduler.with({ timeout: '1m' }).addDelayedTask(deleteToken, '1h', 'def')
    await Promise.all([soon.ready, later.ready])
    const [second, first] = await engine.jobs()
    expect(second).toMatchObject({ task: 'deleteToken', args: ['def'], state: 'scheduled', timeoutMs: 60_000 })
    expect(await later.cancel()).toBe(true)
    expect(later.nextAt).toBe(null)
    expect((await engine.job(second?.id ?? 'j0'))?.state).toBe('cancelled')
    await scheduler.stop()
    await engine.startWorker({ inline: true })
    expect(await ended(engine, first ?? { id: 'j0' })).toMatchObject({ state: 'completed', result: 'abc deleted' })
  })

  test('keeps a recurring task as a schedule, which goes on counting when it is added again.', async () => {
    const report = task({}, async function report(kind: string) {
      return kind
    })
    const engine = await newEngine({ report })
    const calls: unknown[] = []
    const spied: typeof engine = Object.create(engine, {
      putSchedule: {
        value: async (...args: Parameters<typeof engine.putSchedule>) => {
          const answer = await engine.putSchedule(...args)
          calls.push(answer)
          return answer
        },
      },
      schedule: { value: (name: string) => engine.schedule(name) },
      taskName: { value: (task: () => void) => engine.taskName(task) },
      removeSchedule: { value: (name: string) => engine.removeSchedule(name) },
    })
    const first = new BackgroundScheduler({ engine: spied })
    await first.addRecurringTask(report, { interval: '1d', startTime: '02:00' }, 'daily').ready
    await first.stop()
    const second = new BackgroundScheduler({ engine: spied })
    const again = second.addRecurringTask(report, { interval: '1d', startTime: '02:00' }, 'daily')
    expect(again.nextAt?.getHours()).toBe(2)
    await again.ready
    expect(calls).toEqual(['added', 'unchanged'])
    expect([await again.cancel(), await again.cancel()]).toEqual([true, false])
    expect(await engine.jobs()).toEqual([])
  })

  test('logs a task that the engine does not know, and ready rejects.', async () => {
    const logger = recordedLogger()
    const engine = await newEngine({ known: () => {} })
    const scheduler = new BackgroundScheduler({ engine, logger })
    function cleanUp() {}
    const delayed = scheduler.addDelayedTask(cleanUp, '1h')
    const recurring = scheduler.addRecurringTask(cleanUp, '1h')
    for (const { ready } of [delayed, recurring]) await expect(ready).rejects.toThrow('cleanUp')
    expect([await delayed.cancel(), await recurring.cancel()]).toEqual([false, false])
    expect([delayed.nextAt, recurring.nextAt]).toEqual([null, null])
    await scheduler.stop()
    const line = expect.stringMatching(/^error cleanUp: not stored, and will not run: UsageError: .*cleanUp/)
    expect(logger.lines).toEqual([line, line])
    expect(await engine.jobs()).toEqual([])
  })

  test('refuses a second recurring task of one name, until the first is cancelled; each may have a name.', async () => {
    const cleanUp = (folder: string) => folder
    const engine = await newEngine({ cleanUp })
    const scheduler = new BackgroundScheduler({ engine })
    const logs = scheduler.addRecurringTask(cleanUp, '1d', 'logs')
    const second = () => scheduler.addRecurringTask(cleanUp, '1h', 'cache')
    expect(second).toThrow('the scheduler has a recurring task cleanUp, and the second would replace it')
    const cache = scheduler.with({ name: 'cleanUp.cache' }).addRecurringTask(cleanUp, '1h', 'cache')
    await Promise.all([logs.ready, cache.ready])
    expect((await engine.schedule('cleanUp'))?.plan?.args).toEqual(['logs'])
    expect((await engine.schedule('cleanUp.cache'))?.plan?.args).toEqual(['cache'])
    expect([await logs.cancel(), await engine.schedule('cleanUp')]).toEqual([true, null])
    await second().ready
    expect(await logs.cancel()).toBe(false)
    expect((await engine.schedule('cleanUp'))?.plan?.args).toEqual(['cache'])
  })

  test('names a task as the engine has it, whatever its function is called.', async () => {
    const report = (kind: string) => kind
    const bound = report.bind(null)
    const engine = await newEngine({ 'report.daily': bound, nameless: (() => () => {})() })
    const scheduler = new BackgroundScheduler({ engine })
    const daily = scheduler.addRecurringTask(bound, '1d', 'x')
    const delayed = scheduler.addDelayedTask(bound, '1d', 'x')
    await Promise.all([daily.ready, delayed.ready])
    expect([daily.name, delayed.name]).toEqual(['report.daily', 'report.daily'])
    expect(await engine.schedule('report.daily')).toMatchObject({ source: 'cli', task: 'report.daily' })
  })

  test.each<[string, (of: Engine) => Promise<unknown>]>([
    ['another task', (of) => of.putSchedule('backup', 'other', [], { every: '1d' })],
    ['other arguments', (of) => of.putSchedule('backup', 'backup', ['disk'], { every: '1d' })],
    ['cron times', (of) => of.putSchedule('backup', 'backup', [], { cron: '0 2 * * *' })],
    ['a single time', (of) => of.putSchedule('backup', 'backup', [], { at: new Date(Date.now() + 3_600_000) })],
  ])('leaves a schedule of its name alone that has %s.', async (_, put) => {
    const backup = (disk?: string) => disk
    const engine = await newEngine({ backup, other: () => {} })
    await put(engine as unknown as Engine)
    const before = await engine.schedule('backup')
    const logger = recordedLogger()
    const scheduler = new BackgroundScheduler({ engine, logger })
    const task = scheduler.addRecurringTask(backup, '1h')
    await expect(task.ready).rejects.toMatchObject({
      code: 'E_SCHEDULE_TAKEN',
      message: expect.stringMatching(/^the store has another schedule backup, of the task (backup|other) \(/),
    })
    expect(logger.lines).toEqual([expect.stringMatching(/^error backup: not stored, and will not run: /)])
    expect(await task.cancel()).toBe(false)
    expect(await engine.schedule('backup')).toEqual(before)
  })

  test('gives its schedule another interval, and logs that; it does not remove one that others have changed.', async () => {
    const backup = (disk: string) => disk
    const engine = await newEngine({ backup })
    await engine.putSchedule('backup', 'backup', ['disk'], { every: '6h' })
    const logger = recordedLogger()
    const scheduler = new BackgroundScheduler({ engine, logger })
    const task = scheduler.addRecurringTask(backup, '1h', 'disk')
    await task.ready
    expect(logger.lines).toEqual([
      expect.stringMatching(/^warn backup: its stored schedule is changed; it was every 6h/),
    ])
    expect((await engine.schedule('backup'))?.plan).toMatchObject({ kind: 'every', args: ['disk'] })
    await engine.putSchedule('backup', 'backup', ['tape'], { every: '1h' })
    expect(await task.cancel()).toBe(false)
    expect((await engine.schedule('backup'))?.plan?.args).toEqual(['tape'])
  })

  test('stores the arguments as they were when the task was added.', async () => {
    const report = (kinds: readonly string[]) => kinds
    const engine = await newEngine({ report })
    const kinds = ['daily']
    const { ready } = new BackgroundScheduler({ engine }).addRecurringTask(report, '1d', kinds)
    kinds.push('weekly')
    await ready
    expect((await engine.schedule('report'))?.plan?.args).toEqual([['daily']])
  })

  test('rejects cancel() if the store does not answer, and the task goes on.', async () => {
    const tick = () => {}
    const engine = await newEngine({ tick })
    const task = new BackgroundScheduler({ engine }).addRecurringTask(tick, '1d')
    await task.ready
    await engine.close()
    await expect(task.cancel()).rejects.toMatchObject({ code: 'E_STORE_CLOSED' })
    expect(task.nextAt).toBeInstanceOf(Date)
  })

  test('refuses what its workers decide.', async () => {
    const engine = await newEngine({ known: () => {} })
    expect(() => new BackgroundScheduler({ engine, maxConcurrent: 5 })).toThrow('maxConcurrent: with an engine')
    const scheduler = new BackgroundScheduler({ engine })
    expect(() => scheduler.with({ retry: {} })).toThrow(
      'retry: with an engine a task has the retries of its definition',
    )
    expect(() => scheduler.with({ delay: 5 } as object)).toThrow('there is no option "delay"')
  })
})

test.each([null, {}, 5, Promise.resolve()])('%s is no engine.', (engine) => {
  expect(() => new BackgroundScheduler({ engine: engine as never })).toThrow(
    expect.objectContaining({ code: 'E_OPTION', message: expect.stringMatching(/^engine: .* is no engine$/) }),
  )
})
