import { setTimeout as realDelay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { TaskFunctions } from '../../src/embedded/engine.js'
import { currentJob } from '../../src/engine/current-job.js'
import { task } from '../../src/engine/task.js'
import { createTestEngine } from '../../src/testing/create-test-engine.js'

const start = '2026-01-05T00:00:00.000Z'

async function engineOf<Tasks extends TaskFunctions>(tasks: Tasks) {
  const engine = await createTestEngine({ tasks, now: start })
  onTestFinished(() => engine.close())
  return engine
}

const iso = (date: Date | null | undefined) => date?.toISOString() ?? null
/** Milliseconds since the start. */
const after = (date: Date | null | undefined) => (date ? date.getTime() - Date.parse(start) : null)

describe('time', () => {
  test('A delayed job runs at its time, and what it enqueues runs at that time too.', async () => {
    const seen: string[] = []
    const second = task({}, () => void seen.push('second'))
    const engine = await engineOf({
      first: async () => {
        seen.push('first')
        await second.enqueue()
      },
      second,
    })
    await engine.enqueue('first', [], { delay: '1h' })
    await engine.advance('59m')
    expect(seen).toEqual([])
    await engine.advance('1m')
    expect(seen).toEqual(['first', 'second'])
    expect(iso(engine.now())).toBe('2026-01-05T01:00:00.000Z')
    expect(engine.jobsFor().map(({ startedAt, endedAt }) => [iso(startedAt), iso(endedAt)])).toEqual([
      ['2026-01-05T01:00:00.000Z', '2026-01-05T01:00:00.000Z'],
      ['2026-01-05T01:00:00.000Z', '2026-01-05T01:00:00.000Z'],
    ])
  })

  test('Nothing runs before time moves.', async () => {
    let ran = 0
    const engine = await engineOf({ hello: () => void ran++ })
    await engine.enqueue('hello', [])
    await realDelay(20)
    expect(engine.jobsFor('hello').map(({ state }) => state)).toEqual(['queued'])
    await engine.advance(0)
    expect(ran).toBe(1)
    expect(engine.jobsFor('hello').map(({ state }) => state)).toEqual(['completed'])
  })

  test('Three days of schedules, retries and timeouts take less than a second, and leave no timer.', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const engine = await engineOf({
      minutely: task({ schedule: { every: '1m' } }, () => 1),
      nightly: task({ schedule: { cron: '0 2 * * *', tz: 'Europe/Berlin' } }, () => iso(currentJob().slot)),
      flaky: task({ retry: { maxRetries: 10, initialDelay: '1m', maxDelay: '6h' } }, () => {
        throw new Error('no')
      }),
      hanging: task({ timeout: '1h', retry: { maxRetries: 5 } }, () => new Promise(() => {})),
    })
    for (let n = 0; n < 5; n++) {
      await engine.enqueue('flaky', [])
      await engine.enqueue('hanging', [])
    }
    const from = performance.now()
    await engine.advance('3d')
    const tookMs = performance.now() - from
    expect(engine.jobsFor('minutely').length).toBe(4_320)
    expect(engine.jobsFor('minutely').every(({ state }) => state === 'completed')).toBe(true)
    expect(engine.jobsFor('nightly').map(({ result }) => result)).toEqual([
      '2026-01-05T01:00:00.000Z',
      '2026-01-06T01:00:00.000Z',
      '2026-01-07T01:00:00.000Z',
    ])
    expect(engine.jobsFor('flaky').map(({ state, failures }) => [state, failures])).toEqual(
      Array.from({ length: 5 }, () => ['failed', 11]),
    )
    expect(engine.jobsFor('hanging').map(({ state, reason, failures }) => [state, reason, failures])).toEqual(
      Array.from({ length: 5 }, () => ['failed', 'timeout', 6]),
    )
    expect(timers()).toBeLessThanOrEqual(before)
    expect(tookMs).toBeLessThan(1_000)
  })

  test('Retries come at exactly their times.', async () => {
    const at: (number | null)[] = []
    const engine = await engineOf({
      flaky: task({ retry: { maxRetries: 3, initialDelay: 10, factor: 2 } }, () => {
        at.push(after(engine.now()))
        throw new Error('no')
      }),
    })
    await engine.enqueue('flaky', [])
    await engine.drain()
    expect(at).toEqual([0])
    await engine.advance(10)
    expect(at).toEqual([0, 10])
    await engine.advance(20)
    expect(at).toEqual([0, 10, 30])
    await engine.advance(39)
    expect(at).toEqual([0, 10, 30])
    await engine.advance(1)
    expect(at).toEqual([0, 10, 30, 70])
  })
})
