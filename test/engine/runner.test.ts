import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/engine/clock.js'
import { movableClock } from '../../src/testing/test-clock.js'
import { someTurns } from '../support/attempts.js'
import { taskInfo } from '../support/fake-host.js'
import { fakeWorker } from '../support/fake-worker.js'

describe('the claim loop', () => {
  test('Takes as many jobs as may run, and another one as soon as one has ended.', async () => {
    const { store, worker, enqueue, host } = await fakeWorker(movableClock(systemClock))
    await enqueue(3)
    expect([host().running, worker.runner.running]).toEqual([['j1', 'j2'], 2])
    host().finish('j1', { kind: 'returned', resultJson: '1' })
    await expect.poll(() => host().running).toEqual(['j2', 'j3'])
    expect(await store.job('j1')).toMatchObject({ state: 'completed', resultJson: '1' })
  })

  test('Reports each attempt as claimed, started and settled, with how long it waited and ran.', async () => {
    const clock = movableClock(systemClock)
    const { worker, enqueue, host } = await fakeWorker(clock)
    const reported: unknown[] = []
    worker.events.on('job.claimed', ({ job }) => reported.push(['claimed', job.id]))
    worker.events.on('attempt.started', ({ job, waitMs }) => reported.push(['started', job.id, waitMs >= 0]))
    worker.events.on('attempt.settled', ({ job, outcome, waitMs, runMs }) =>
      reported.push(['settled', job.id, outcome.kind, waitMs, runMs]),
    )
    const dueAt = clock.now()
    await enqueue(1, { dueAt })
    host().finish('j1', { startedAt: dueAt + 20, endedAt: dueAt + 50 })
    await expect.poll(() => reported).toHaveLength(3)
    expect(reported).toEqual([
      ['claimed', 'j1'],
      ['started', 'j1', true],
      ['settled', 'j1', 'completed', 20, 30],
    ])
  })

  test('What ran in a process that died is lost and runs again alone; what only waited there goes back without a mark.', async () => {
    const { store, enqueue, host, hosts } = await fakeWorker(movableClock(systemClock))
    await enqueue(2)
    await store.cancel(['j2'])
    host().die()
    await expect.poll(() => hosts.length).toBeGreaterThan(2)
    await expect.poll(() => hosts.some(({ running }) => running.includes('j1'))).toBe(true)
    expect(await store.job('j1')).toMatchObject({ losses: 1, lossesAlone: 0, suspect: true, attempt: 2 })
    expect(await store.job('j2')).toMatchObject({ state: 'cancelled' })
    expect(hosts.flatMap(({ running }) => running)).toEqual(['j1'])
  })

  test('A cancel reaches a job that runs, in its process.', async () => {
    const { store, worker, enqueue, host } = await fakeWorker(movableClock(systemClock))
    await enqueue(1)
    await store.cancel(['j1'])
    worker.runner.cancel('j1')
    expect(host().asked).toEqual(['stop j1 cancelled'])
    host().finish('j1', {
      kind: 'threw',
      error: { name: 'AbortError', message: '', stack: null },
      verdict: 'by policy',
    })
    await expect.poll(async () => (await store.job('j1'))?.state).toBe('cancelled')
  })

  test('A process with an abandoned job that hangs is replaced.', async () => {
    const { enqueue, host, hosts } = await fakeWorker(movableClock(systemClock))
    await enqueue(2)
    host().finish('j1', { kind: 'forced', endedBy: 'abandoned' })
    await someTurns()
    expect([hosts.length, host().isOver, host().running]).toEqual([2, false, ['j2']])
    host().finish('j2')
    expect(host().isOver).toBe(true)
  })

  test('A worker that stops takes no more, gives back what has not started, and leaves the store when the rest has ended.', async () => {
    const { store, worker, enqueue, host } = await fakeWorker(movableClock(systemClock))
    await enqueue(2)
    const stopped = worker.stop(60_000)
    await enqueue(1)
    host().finish('j1')
    host().finish('j2')
    await stopped
    expect(await store.workers()).toEqual([])
    expect(await store.job('j3')).toMatchObject({ state: 'queued', attempt: 0 })
    expect(host().isOver).toBe(true)
  })

  test('Claims again when an isolated job is cancelled whose process still loads.', async () => {
    const clock = movableClock(systemClock)
    const tasks = [taskInfo('hello'), taskInfo('alone', { isolation: 'own' })]
    const isIsolated = (index: number) => index > 0
    const { store, worker, enqueue, host, hosts } = await fakeWorker(clock, { concurrency: 1 }, tasks, isIsolated)
    await enqueue(1, { task: 'alone' })
    expect([hosts.length, worker.runner.busy]).toEqual([2, true])
    await store.cancel(['j1'])
    worker.runner.cancel('j1')
    await enqueue(1)
    await clock.advance(2_000)
    expect(host().running).toEqual(['j2'])
    expect(await store.job('j1')).toMatchObject({ state: 'cancelled' })
  })

  test('Goes on after an eviction, whatever its lost jobs were.', async () => {
    const clock = movableClock(systemClock)
    const alone = taskInfo('alone', { isolation: 'own' })
    const { store, worker, enqueue, host, hosts } = await fakeWorker(clock, { concurrency: 1 }, [
      taskInfo('hello'),
      alone,
    ])
    await enqueue(1, { task: 'alone', maxRetries: 0 })
    await expect.poll(() => hosts.some(({ running }) => running.includes('j1'))).toBe(true)
    await store.sweep({ limit: 100, dead: [worker.id] })
    await store.cancel(['j1'])
    await clock.advance(6_000, 500)
    await enqueue(1)
    await clock.advance(6_000, 500)
    expect(host().running).toEqual(['j2'])
  })

  test('The steps of a stop do not reach the process that follows.', async () => {
    const clock = movableClock(systemClock)
    const hello = taskInfo('hello', { graceMs: 1_000 })
    const { enqueue, hosts } = await fakeWorker(clock, { concurrency: 1 }, [hello])
    await enqueue(1, { timeoutMs: 10_000 })
    await clock.advance(11_700) // the limit at 10 s, abandoned at 11 s, TERM is due at 12 s
    hosts[0]?.die({ signal: 'SIGTERM', code: null })
    await clock.advance(1)
    await enqueue(1)
    await clock.advance(2_000)
    expect([hosts[1]?.running, hosts[1]?.asked]).toEqual([['j2'], []])
  })

  test('A cancel after the time limit does not begin the grace anew.', async () => {
    const clock = movableClock(systemClock)
    const hello = taskInfo('hello', { graceMs: 5_000 })
    const { store, worker, enqueue, host } = await fakeWorker(clock, { concurrency: 1 }, [hello])
    await enqueue(1, { timeoutMs: 10_000 })
    await clock.advance(14_000)
    await store.cancel(['j1'])
    worker.runner.cancel('j1')
    await clock.advance(1_000)
    expect(host().asked).toEqual(['stop j1 timeout', 'abandon j1'])
    host().finish('j1', { kind: 'forced', endedBy: 'abandoned' })
    await clock.advance(100)
    expect(await store.job('j1')).toMatchObject({ state: 'cancelled' })
  })
})
