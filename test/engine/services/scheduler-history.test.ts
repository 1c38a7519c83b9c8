import { describe, expect, test } from 'vitest'
import { plainTaskDefaults } from '../../../src/domain/request.js'
import type { ScheduleOptions } from '../../../src/domain/schedule/options.js'
import { Scheduler } from '../../../src/engine/services/scheduler.js'
import type { Store } from '../../../src/stores/store.js'
import { newSchedule } from '../../support/parsed-schedule.js'
import { schedulerBench as bench, hourMs, minuteMs, noon } from '../../support/scheduler-bench.js'

describe('a clock that was ahead', () => {
  async function setBack(byMs: number, options: ScheduleOptions = { every: '1h' }) {
    const own = bench()
    const anew: string[] = []
    const ahead: string[] = []
    own.events.on('schedules.anew', ({ schedules }) => anew.push(...schedules.map(({ name }) => name)))
    own.events.on('schedules.ahead', ({ schedules }) => ahead.push(...schedules.map(({ name }) => name)))
    await own.add({ overlap: 'allow', ...options })
    await own.pass(minuteMs)
    own.clock.setWall(own.clock.now() + byMs)
    await own.pass(0)
    while ((await own.work()) > 0) await own.pass(0)
    own.clock.setWall(own.clock.now() - byMs)
    return { ...own, anew, ahead }
  }

  test('By ten years for seconds: a scheduler that runs lets each schedule begin anew, and reports them.', async () => {
    const { pass, history, anew, ahead } = await setBack(10 * 365 * 24 * hourMs)
    await pass(3 * hourMs)
    expect(await history()).toEqual([
      '01T13:00 fired',
      '01T14:00 fired',
      '01T15:00 fired',
      expect.stringMatching(/late$/),
    ])
    expect([anew, ahead]).toEqual([['hello'], []])
  })

  test('One that starts afterwards does so too, also if the schedules were made while the clock was ahead.', async () => {
    const { add, pass, history, store, clock, another, events } = bench()
    clock.setWall(noon + 10 * 365 * 24 * hourMs)
    await add({ every: '1h' })
    await store.pauseSchedules(['hello'])
    await store.resumeSchedules(['hello'])
    clock.setWall(noon)
    const reported = new Promise((resolve) => events.once('schedules.anew', resolve))
    const { createdAt } = (await store.schedules())[0] ?? {}
    expect(createdAt).toBeGreaterThan(noon)
    await pass(hourMs, another())
    await pass(0, another())
    expect(await reported).toMatchObject({ schedules: [{ name: 'hello' }] })
    expect(await history()).toHaveLength(1)
    expect(await store.schedules()).toMatchObject([{ createdAt: noon }])
  })

  test('By two days: the slots that it had fired fire again at their real time.', async () => {
    const { pass, history } = await setBack(48 * hourMs, { every: '1h', catchUp: 'all' })
    expect(await history()).toHaveLength(48)
    await pass(3 * hourMs)
    const fired = (await history()).filter((slot) => slot.endsWith('fired'))
    // 03T12:00 was the first on time by the wrong clock.
    expect(fired).toEqual(['01T13:00 fired', '01T14:00 fired', '01T15:00 fired'])
  })

  test('By less than a day nothing fires twice: until then the schedule is silent, and that is reported once.', async () => {
    const { pass, history, anew, ahead } = await setBack(5 * hourMs)
    const before = await history()
    await pass(4 * hourMs)
    expect(await history()).toEqual(before)
    await pass(2 * hourMs)
    expect(await history()).toHaveLength(before.length + 1)
    expect([anew, ahead]).toEqual([[], ['hello']])
  })

  test('A clock that starts far behind and is then right: nothing fires twice, and nothing is called missed.', async () => {
    const { add, pass, history, clock, another } = bench()
    await add({ every: '1d', startAt: '2030-06-01T13:00Z', overlap: 'allow' })
    await pass(hourMs)
    await pass(0)
    expect(await history()).toEqual(['01T13:00 fired'])
    clock.setWall(Date.UTC(2000, 0, 1))
    const booted = another()
    await pass(minuteMs, booted)
    clock.setWall(noon + 2 * hourMs)
    await pass(minuteMs, booted)
    expect(await history()).toEqual(['01T13:00 fired'])
    await pass(24 * hourMs, booted)
    expect(await history()).toEqual(['01T13:00 fired', '02T13:00 fired'])
  })
})

describe('the reason of a late slot', () => {
  const reasonsOf = async (store: Store) =>
    (await store.slots('hello', { limit: 10, before: null })).map(({ reason }) => reason).reverse()

  test('A store that refused, such as for a full disk, is the reason, and not that no scheduler was at work.', async () => {
    const own = bench()
    await own.add({ overlap: 'allow' })
    await own.pass(hourMs - 1_000)
    const { store } = own
    let isFull = true
    const refusing: Store = {
      ...store,
      claimSlots: (claim) => {
        if (isFull) return Promise.reject(new Error('the disk is full'))
        return store.claimSlots(claim)
      },
    }
    const scheduler = new Scheduler(refusing, own.clock, () => plainTaskDefaults, own.events)
    await scheduler.runOnce()
    await own.clock.advance(1_000)
    for (let second = 0; second < 60; second++) {
      await expect(scheduler.runOnce()).rejects.toThrow('the disk is full')
      await own.clock.advance(1_000)
    }
    isFull = false
    await scheduler.runOnce()
    expect(await reasonsOf(store)).toEqual([
      'the store could not be used from 2030-06-01T12:59:59.000Z to 2030-06-01T13:01:00.000Z: the disk is full',
    ])
  })

  test('A scheduler that was stopped or busy is the reason.', async () => {
    const { add, pass, clock, scheduler, store } = bench()
    await add({ overlap: 'allow' })
    await pass(hourMs - 1_000)
    await scheduler.runOnce()
    await clock.advance(60_000)
    await scheduler.runOnce()
    expect(await reasonsOf(store)).toEqual([
      'the scheduler was stopped or too busy from 2030-06-01T12:59:59.000Z to 2030-06-01T13:00:59.000Z',
    ])
  })

  test('After a kill the absence begins with the last slot that was decided.', async () => {
    const { add, pass, clock, another, store } = bench()
    await add({ every: '7s', startAt: '2030-06-01T12:00Z', overlap: 'allow', catchUp: 'skip' })
    await pass(14_000)
    await pass(0)
    await clock.advance(minuteMs)
    await another().runOnce()
    const missed = (await reasonsOf(store)).find((reason) => reason !== null)
    expect(missed).toMatch(/^no scheduler was at work from 2030-06-01T12:00:14.000Z to /)
  })

  test('A schedule that was made while no scheduler ran was never due before.', async () => {
    const { add, pass, clock, another, store, history } = bench()
    await add({}, { name: 'other' })
    await pass(minuteMs)
    await clock.advance(2 * hourMs)
    await add({}, { declaredAt: clock.now() })
    await clock.advance(2 * hourMs)
    await another().runOnce()
    expect(await history()).toEqual(['01T15:00 missed', '01T16:00 late'])
    expect((await reasonsOf(store)).at(-1)).toBe(
      'no scheduler was at work from 2030-06-01T14:01:00.000Z to 2030-06-01T16:01:00.000Z',
    )
  })
})

test('A pause is one record and one report, while it lasts and after it.', async () => {
  const { add, pass, history, store, events } = bench()
  const reports: unknown[] = []
  events.on('schedule.slots', ({ records }) => reports.push(...records))
  await add({ overlap: 'allow' })
  await store.pauseSchedules(['hello'])
  await pass(5 * hourMs)
  await pass(minuteMs)
  expect(await history()).toEqual(['01T13:00 to 01T17:00 skipped'])
  await store.resumeSchedules(['hello'])
  await pass(hourMs)
  expect(await history()).toEqual(['01T13:00 to 01T17:00 skipped', '01T18:00 fired'])
  expect(reports).toHaveLength(2)
})

test('After nine hours two thousand schedules have two records each, and the first fires before all are decided.', async () => {
  const { store, clock, another, events } = bench()
  await store.putSchedules(
    Array.from({ length: 2_000 }, (_, index) => newSchedule({ cron: '* * * * *' }, { name: `s${index}` }, clock.now())),
  )
  await clock.advance(9 * hourMs)
  const jobsAtFirst = new Promise<number>((resolve) => {
    events.once('schedule.slots', async () => {
      resolve((await store.jobs({}, { limit: 3_000, after: null })).items.length)
    })
  })
  await another().runOnce()
  expect(await jobsAtFirst).toBeLessThanOrEqual(50)
  const { items } = await store.jobs({}, { limit: 3_000, after: null })
  expect(items).toHaveLength(2_000)
  expect(await store.slots('s7', { limit: 10, before: null })).toMatchObject([
    { slot: noon + 9 * hourMs, outcome: 'fired' },
    { slot: noon + minuteMs, through: noon + 9 * hourMs - minuteMs, outcome: 'missed' },
  ])
})
