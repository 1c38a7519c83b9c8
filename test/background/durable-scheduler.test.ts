import { describe, expect, test } from 'vitest'
import { BackgroundScheduler, task } from '../../src/index.js'
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
    const { ready } = scheduler.addDelayedTask(function cleanUp() {}, '1h')
    await expect(ready).rejects.toThrow('cleanUp')
    await scheduler.stop()
    expect(logger.lines).toEqual([
      expect.stringMatching(/^error cleanUp: not stored, and will not run: UsageError: .*cleanUp/),
    ])
    expect(await engine.jobs()).toEqual([])
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
