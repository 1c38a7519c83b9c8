import { describe, expect, test } from 'vitest'
import type { ScheduleOptions } from '../../../src/domain/schedule/options.js'
import { newWorker } from '../../support/job.js'
import { newSchedule } from '../../support/parsed-schedule.js'
import { schedulerBench as bench, hourMs, minuteMs, noon } from '../../support/scheduler-bench.js'

describe('a scheduler', () => {
  test('Fires each slot at its time: three days pass, and what fired is there to be listed.', async () => {
    const { add, pass, history, store, clock, scheduler } = bench()
    await add({ cron: '0 2 * * *', overlap: 'allow' })
    await scheduler.runOnce()
    await pass(72 * hourMs)
    expect(await history()).toEqual(['02T02:00 fired', '03T02:00 fired', '04T02:00 fired'])
    const slots = await store.slots('hello', { limit: 10, before: null })
    expect(slots.map(({ lateMs }) => lateMs)).toEqual([0, 0, 0])
    const jobs = await store.jobs({}, { limit: 10, after: null })
    expect(jobs.items.map(({ schedule, createdAt }) => [schedule?.name, schedule?.slot, createdAt])).toEqual(
      slots.map(({ slot }) => ['hello', slot, slot]),
    )
    expect(clock.now()).toBe(noon + 72 * hourMs)
  })

  test('Sleeps until the next slot, and no longer than half a minute: a clock that was set is noticed.', async () => {
    const { add, scheduler, clock } = bench()
    expect(await scheduler.runOnce()).toBe(30_000)
    await add({ every: '10s' })
    expect(await scheduler.runOnce()).toBe(10_000)
    await clock.advance(9_999)
    // A timer that comes a millisecond early finds nothing due.
    expect(await scheduler.runOnce()).toBe(1)
    expect(await bench().scheduler.runOnce()).toBe(30_000)
  })

  test('Fires a schedule that is sixty days away, and looks now and then until it does.', async () => {
    const { add, pass, history, clock } = bench()
    await add({ at: new Date(noon + 60 * 24 * hourMs) })
    await pass(60 * 24 * hourMs - 1)
    expect(await history()).toEqual([])
    await pass(1)
    expect(await history()).toEqual(['31T12:00 fired'])
    await pass(24 * hourMs)
    expect(await history()).toHaveLength(1)
    expect(clock.now()).toBe(noon + 61 * 24 * hourMs)
  })

  test('Sees what others add, change, pause and remove, at its next look.', async () => {
    const { add, pass, history, store, scheduler } = bench()
    await scheduler.runOnce()
    await add({ overlap: 'allow' })
    await pass(hourMs)
    await scheduler.runOnce()
    await add({ cron: '30 * * * *', overlap: 'allow' })
    await pass(hourMs)
    await store.pauseSchedules(['hello'])
    await pass(hourMs)
    await store.resumeSchedules(['hello'])
    await pass(hourMs)
    await store.dropSchedules(['hello'])
    await pass(hourMs)
    expect(await history()).toEqual(['01T13:00 fired', '01T13:30 fired', '01T14:30 skipped', '01T15:30 fired'])
  })

  test('A slot whose task the scheduler does not know fires as the task was; faulty schedules keep none from firing.', async () => {
    const { add, pass, history, store, clock } = bench()
    const lost = newSchedule({ priority: 7 }, { name: 'lost', task: 'gone' }, clock.now())
    if (lost.plan === null) throw new Error('no plan')
    const taskDefaults = { queue: 'mail', priority: 5, maxRetries: 1, backoff: null, timeoutMs: 60_000 }
    const definition = { ...lost.plan.definition, taskDefaults }
    await store.putSchedules([{ ...lost, plan: { ...lost.plan, definition } }])
    await add({}, { name: 'faulty', plan: null, fault: 'no such zone' })
    const { plan } = newSchedule()
    const rule = { kind: 'cron', cron: '@daily', tz: 'Mars/X' } as const
    await store.putSchedules([newSchedule({}, { name: 'broken', plan: plan && { ...plan, rule } })])
    await add()
    await pass(hourMs)
    await pass(0)
    expect(await history()).toEqual(['01T13:00 fired'])
    expect(await history('lost')).toEqual(['01T13:00 fired'])
    const { items } = await store.jobs({ task: 'gone' }, { limit: 10, after: null })
    expect(items).toMatchObject([
      { state: 'queued', attempt: 0, queue: 'mail', priority: 7, maxRetries: 1, timeoutMs: 60_000 },
    ])
  })

  test('Two of them, and a third that comes in between, fire each slot once.', async () => {
    const { add, pass, history, scheduler, another, store } = bench()
    for (let index = 0; index < 20; index++) await add({ every: '1s', overlap: 'allow' }, { name: `s${index}` })
    const second = another()
    await pass(30_000, scheduler, second)
    await pass(30_000, scheduler, second, another())
    await Promise.all([scheduler.runOnce(), second.runOnce()])
    for (let index = 0; index < 20; index++) {
      expect(await history(`s${index}`)).toHaveLength(60)
    }
    const { items } = await store.jobs({}, { limit: 2_000, after: null })
    expect(items).toHaveLength(1_200)
    expect(new Set(items.map(({ schedule }) => `${schedule?.name} ${schedule?.slot}`)).size).toBe(1_200)
  })
})

describe('three hours without a scheduler', () => {
  async function absent(options: ScheduleOptions) {
    const own = bench()
    await own.add(options)
    await own.pass(1_000)
    await own.clock.advance(3 * hourMs + 5 * minuteMs)
    await own.another().runOnce()
    return own
  }

  test('latest fires one late slot, and the history says when no scheduler ran.', async () => {
    const { history, store } = await absent({ catchUp: 'latest' })
    expect(await history()).toEqual(['01T13:00 to 01T14:00 missed', '01T15:00 late'])
    const [last, missed] = await store.slots('hello', { limit: 2, before: null })
    expect(last).toMatchObject({
      job: 'j1',
      lateMs: 5 * minuteMs + 1_000,
      reason: 'no scheduler was at work from 2030-06-01T12:00:00.000Z to 2030-06-01T15:05:01.000Z',
    })
    expect(missed).toMatchObject({
      job: null,
      reason: expect.stringMatching(/^no scheduler was at work from .*only the latest is made up for$/),
    })
  })

  test('all fires three, in order, each when the one before has ended.', async () => {
    const { history, scheduler, another, work, store } = await absent({ catchUp: 'all' })
    expect(await history()).toEqual(['01T13:00 late', '01T14:00 waiting', '01T15:00 waiting'])
    const next = another()
    for (let round = 0; round < 3; round++) {
      expect(await work()).toBe(1)
      await next.runOnce()
    }
    await scheduler.runOnce()
    expect(await work()).toBe(0)
    expect(await history()).toEqual(['01T13:00 late', '01T14:00 late', '01T15:00 late'])
    const { items } = await store.jobs({}, { limit: 10, after: null })
    expect(items.map(({ schedule }) => new Date(schedule?.slot ?? 0).getUTCHours())).toEqual([15, 14, 13])
  })

  test('skip fires none.', async () => {
    const { history, store } = await absent({ catchUp: 'skip' })
    expect(await history()).toEqual(['01T13:00 to 01T15:00 missed'])
    expect((await store.jobs({}, { limit: 10, after: null })).items).toEqual([])
  })
})

describe('a run that takes longer than its interval', () => {
  async function busy(options: ScheduleOptions) {
    const own = bench()
    await own.add(options)
    await own.pass(hourMs)
    await own.scheduler.runOnce()
    const worker = await own.store.register(newWorker(own.clock))
    const [claim] = await own.store.claim({ worker, queues: null, limit: 10 })
    if (claim === undefined) throw new Error('nothing fired')
    await own.pass(2 * hourMs)
    await own.scheduler.runOnce()
    // Its worker was not heard of for hours: another one takes the job over.
    const end = async () => {
      await own.store.sweep({ limit: 10, dead: [worker] })
      await own.work()
      await own.scheduler.runOnce()
    }
    return { ...own, end }
  }

  test('skip leaves out what comes meanwhile, and names the job that has not ended.', async () => {
    const { history, store, end, pass } = await busy({ overlap: 'skip' })
    await end()
    await pass(hourMs)
    await pass(0)
    expect(await history()).toEqual(['01T13:00 fired', '01T14:00 skipped', '01T15:00 skipped', '01T16:00 fired'])
    const [, skipped] = await store.slots('hello', { limit: 2, before: null })
    expect(skipped?.reason).toBe('j1 has not ended')
  })

  test('queue fires each as soon as the one before it has ended.', async () => {
    const { history, store, end, work, scheduler } = await busy({ overlap: 'queue' })
    expect(await history()).toEqual(['01T13:00 fired', '01T14:00 waiting', '01T15:00 waiting'])
    await end()
    expect(await history()).toEqual(['01T13:00 fired', '01T14:00 late', '01T15:00 waiting'])
    await work()
    await scheduler.runOnce()
    expect(await history()).toEqual(['01T13:00 fired', '01T14:00 late', '01T15:00 fired'])
    expect((await store.jobs({}, { limit: 10, after: null })).items).toHaveLength(3)
  })

  test('replace ends the earlier job.', async () => {
    const { history, store } = await busy({ overlap: 'replace' })
    expect(await history()).toEqual(['01T13:00 fired', '01T14:00 fired', '01T15:00 fired'])
    expect(await store.job('j1')).toMatchObject({ state: 'running', cancelRequested: true })
    expect(await store.job('j2')).toMatchObject({ state: 'cancelled' })
    expect(await store.job('j3')).toMatchObject({ state: 'queued' })
  })

  test('allow lets them run beside each other.', async () => {
    const { history, work } = await busy({ overlap: 'allow' })
    expect(await history()).toEqual(['01T13:00 fired', '01T14:00 fired', '01T15:00 fired'])
    expect(await work()).toBe(2)
  })

  test('What waits for its turn stays where it is while the schedule is paused.', async () => {
    const { history, store, end, scheduler } = await busy({ overlap: 'queue' })
    await store.pauseSchedules(['hello'])
    await end()
    expect(await history()).toEqual(['01T13:00 fired', '01T14:00 waiting', '01T15:00 waiting'])
    await store.resumeSchedules(['hello'])
    await scheduler.runOnce()
    expect(await history()).toEqual(['01T13:00 fired', '01T14:00 late', '01T15:00 waiting'])
  })
})

describe('a clock that is set', () => {
  test('Back by an hour: nothing fires again, and it goes on where it was.', async () => {
    const { add, pass, history, clock } = bench()
    await add({ overlap: 'allow' })
    await pass(2 * hourMs + minuteMs)
    clock.setWall(clock.now() - hourMs)
    await pass(hourMs)
    expect(await history()).toEqual(['01T13:00 fired', '01T14:00 fired'])
    await pass(hourMs)
    expect(await history()).toEqual(['01T13:00 fired', '01T14:00 fired', '01T15:00 fired'])
  })

  test('A clock that is set back by more than a short delay is reported.', async () => {
    const { add, pass, clock, events } = bench()
    const told: number[] = []
    events.on('clock.back', ({ byMs }) => told.push(byMs))
    await add({ overlap: 'allow' })
    await pass(minuteMs)
    clock.setWall(clock.now() - 3 * hourMs)
    await pass(minuteMs)
    expect(told).toHaveLength(1)
    expect(told[0]).toBeGreaterThan(3 * hourMs - minuteMs)
  })

  test.each([
    ['skip', 0],
    ['latest', 1],
    ['all', 24],
  ] as const)('Forth by a day: %s makes up for %i, and the history tells of the clock.', async (catchUp, fires) => {
    const { add, pass, history, clock, store } = bench()
    await add({ catchUp, overlap: 'allow' })
    await pass(minuteMs)
    clock.setWall(clock.now() + 24 * hourMs)
    await pass(0)
    const told = await history()
    const missed = { skip: ['01T13:00 to 02T12:00 missed'], latest: ['01T13:00 to 02T11:00 missed'], all: [] }[catchUp]
    expect(told.filter((slot) => slot.endsWith('late'))).toHaveLength(fires)
    expect(told.filter((slot) => slot.endsWith('missed'))).toEqual(missed)
    const [last] = await store.slots('hello', { limit: 1, before: null })
    expect(last?.reason).toMatch(/^the clock went forth by 1d, from 2030-06-01T12:01/)
  })
})
