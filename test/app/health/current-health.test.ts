import { beforeEach, describe, expect, test } from 'vitest'
import { currentHealth } from '../../../src/app/health/current-health.js'
import { currentMetrics } from '../../../src/app/metrics/current-metrics.js'
import { defaultHealthLimits } from '../../../src/domain/health.js'
import type { NewJob } from '../../../src/domain/job.js'
import { notificationKey, notifyTask } from '../../../src/domain/notification.js'
import { openMemoryStore } from '../../../src/stores/memory/store.js'
import type { NewWorker, Store } from '../../../src/stores/store.js'
import { type MovableClock, movableClock } from '../../../src/testing/test-clock.js'
import { boom, newJob, newWorker, outcomesAt } from '../../support/job.js'
import { claimOf, dueSlot, everyHour, faultySchedule, newSchedule } from '../../support/schedule.js'

const minute = 60_000
let clock: MovableClock
let store: Store

beforeEach(() => {
  clock = movableClock()
  store = openMemoryStore(clock)
})

const register = (overrides: Partial<NewWorker> = {}) =>
  store.register(newWorker(clock, { pidNamespace: null, ...overrides }))
const health = () => currentHealth(store, defaultHealthLimits, clock.now(), [])

/** Runs jobs to their end, which takes each of them a second. */
async function end(count: number, failing: boolean, job: Partial<NewJob> = {}): Promise<void> {
  if (count === 0) return
  const worker = await register()
  await store.enqueue(Array.from({ length: count }, () => newJob(job)))
  const claims = await store.claim({ worker, queues: null, limit: count })
  const outcome = outcomesAt(clock)
  const span = { startedAt: clock.now() - 1_000, endedAt: clock.now() }
  const ended = failing ? outcome.failed({ ...span, error: { ...boom, message: 'no route to s3cr3t' } }) : null
  await store.settle(claims.map(({ lease }) => ({ lease, outcome: ended ?? { ...outcome.completed(), ...span } })))
  await store.deregister(worker)
}

describe('failures in the window', () => {
  test.each([
    [9, 1, 'healthy', 0.1],
    [8, 1, 'degraded', 1 / 9],
    [1, 1, 'degraded', 0.5],
    [1, 2, 'unhealthy', 2 / 3],
  ])('Of jobs that ended, %i completed and %i failed: %s.', async (completed, failed, status, failureRate) => {
    await end(completed, false)
    await end(failed, true)
    expect(await health()).toMatchObject({
      status,
      recentTasks: completed + failed,
      failureRate,
      averageDurationMs: 1_000,
    })
  })

  test('Notifications are no jobs of their own: with one for each failure the rate is the same.', async () => {
    await end(2, true)
    await end(1, false)
    for (const number of [1, 2, 3, 4, 5]) {
      const key = { name: notificationKey(`j${number}`, 1), policy: 'skip', forMs: 0 } as const
      await end(1, number > 2, { task: 'alerts.tell', key })
    }
    expect(await health()).toMatchObject({
      status: 'unhealthy',
      recentTasks: 3,
      failureRate: 2 / 3,
    })
    const { totalTasks, failedTasks, tasks } = await currentMetrics(store, null, clock.now())
    expect([totalTasks, failedTasks]).toEqual([3, 2])
    expect(tasks[notifyTask]).toMatchObject({ total: 5, completed: 2, failed: 3 })
    const { reasons } = await health()
    expect([reasons.length, reasons.join()]).toEqual([1, expect.not.stringContaining('alerts.tell')])
  })

  test('A window in which nothing ended has no rate and no average, and counts as no failure.', async () => {
    await end(1, true)
    await clock.advance(7 * minute)
    expect(await health()).toEqual({
      status: 'healthy',
      reasons: [],
      recentTasks: 0,
      failureRate: null,
      averageDurationMs: null,
      workersAlive: 0,
      oldestQueuedMs: null,
    })
    expect(await currentMetrics(store, 5 * minute, clock.now())).toMatchObject({
      totalTasks: 0,
      averageDurationMs: null,
      windowMs: 5 * minute,
    })
    expect((await currentMetrics(store, null, clock.now())).tasks.hello).toMatchObject({
      total: 1,
      failureRate: 1,
      p99Ms: 939,
    })
  })

  test('Secrets of the arguments are masked in the error that fails most.', async () => {
    await end(1, true, { argsJson: '[{"token":"s3cr3t"}]' })
    const { reasons } = await health()
    expect(reasons[0]).toMatch(/most: hello, Error: no route to \*\*\*;/)
  })
})

describe('queues', () => {
  test('Jobs wait and no worker is alive; a foreground run is none, nor is one whose lease is over.', async () => {
    await register({ queues: [] })
    await register({ queues: ['default'] })
    await store.enqueue([newJob(), newJob()])
    await clock.advance(5 * minute)
    expect(await health()).toMatchObject({ status: 'healthy', oldestQueuedMs: 5 * minute })
    await clock.advance(1)
    expect(await health()).toMatchObject({ status: 'unhealthy', workersAlive: 0 })
    await register({ queues: ['other'] })
    expect((await health()).reasons).toEqual([
      '2 jobs wait on default, the oldest for 5m, and no living worker serves it; start one: offstage workers start --queues default',
    ])
    await register()
    expect(await health()).toMatchObject({ status: 'degraded', workersAlive: 2 })
  })

  test('Jobs of a queue that somebody paused count nowhere.', async () => {
    await store.enqueue([newJob({ queue: 'images' })])
    await store.pauseQueues(['images'])
    await clock.advance(60 * minute)
    expect(await health()).toMatchObject({ status: 'healthy', oldestQueuedMs: null })
    await store.enqueue([newJob()])
    await clock.advance(minute)
    expect(await health()).toMatchObject({ oldestQueuedMs: minute })
  })
})

describe('schedules', () => {
  test('One that a change made faulty degrades, as does one whose rule cannot be followed here, unless it is paused.', async () => {
    const unknownZone = { kind: 'cron', cron: '0 2 * * *', tz: 'Mars/Olympus' } as const
    await store.putSchedules([
      newSchedule('backup', { expectSuccessEveryMs: 60 * minute }),
      newSchedule('mars', { timing: unknownZone }),
    ])
    await store.putSchedules([faultySchedule('backup', 'offstage.config.mjs: no such zone')])
    const { status, reasons } = await health()
    expect(status).toBe('degraded')
    expect(reasons).toEqual([
      'the schedule backup cannot fire: offstage.config.mjs: no such zone; see where it comes from: offstage schedule list',
      expect.stringMatching(/^the schedule mars cannot fire: .*Mars/),
    ])
    await store.pauseSchedules(['backup', 'mars'])
    expect((await health()).status).toBe('healthy')
  })

  const found = async () => {
    const [schedule] = await store.schedules()
    if (schedule === undefined) throw new Error('no schedule')
    return schedule
  }
  const declare = (options: Parameters<typeof newSchedule>[1]) =>
    store.putSchedules([{ ...newSchedule('backup', options, clock.now()), declaredAt: clock.now() }])

  test('One that nobody fires degrades five minutes after its time, unless it is paused.', async () => {
    await declare({ timing: everyHour })
    await clock.advance(65 * minute)
    expect((await health()).status).toBe('healthy')
    await clock.advance(1)
    expect((await health()).reasons).toEqual([
      'the schedule backup is 5m past its time: no scheduler has fired it; start one: offstage workers start',
    ])
    await store.pauseSchedules(['backup'])
    expect((await health()).status).toBe('healthy')
  })

  test('One without a success for as long as it expects one degrades, until its job completes.', async () => {
    await declare({ timing: everyHour, expectSuccessEveryMs: 90 * minute })
    const fire = async () => {
      const schedule = await found()
      const job = newJob()
      await store.claimSlots(claimOf(schedule, [dueSlot(schedule.decidedUntil + 60 * minute)], { job }))
    }
    await clock.advance(60 * minute)
    await fire()
    await clock.advance(30 * minute)
    await store.pauseQueues(['default'])
    expect((await health()).status).toBe('healthy')
    await clock.advance(1)
    expect((await health()).reasons[0]).toMatch(
      /^the schedule backup has never succeeded in 1h 30m; a success is expec/,
    )
    await store.resumeQueues(['default'])
    const worker = await register()
    const [claim] = await store.claim({ worker, queues: null, limit: 1 })
    if (claim === undefined) throw new Error('nothing to claim')
    await store.settle([{ lease: claim.lease, outcome: outcomesAt(clock).completed() }])
    expect((await health()).status).toBe('healthy')
  })
})
