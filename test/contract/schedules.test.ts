import { expect } from 'vitest'
import type { Store } from '../../src/stores/store.js'
import { newJob } from '../support/job.js'
import { claimOf, dueSlot, everyHour, everyMinute, faultySchedule, newSchedule } from '../support/schedule.js'
import { contract } from './harness.js'

async function only(store: Store) {
  const [schedule, ...others] = await store.schedules()
  if (schedule === undefined || others.length > 0) throw new Error(`${others.length} others`)
  return schedule
}

contract('schedules', (test) => {
  test('A paused schedule is paused since the first time, whatever is put, until it is resumed.', async (subject) => {
    const { store } = subject
    const since = subject.clock.now()
    await store.putSchedules([newSchedule('s'), newSchedule('t')])
    expect(await store.pauseSchedules(['s', 'unknown', 's'])).toEqual(['paused', 'unknown', 'unchanged'])
    await subject.advance(100)
    expect(await store.pauseSchedules(['s'])).toEqual(['unchanged'])
    await store.putSchedules([newSchedule('s', { timing: everyHour })])
    expect(await store.schedules()).toMatchObject([{ pausedAt: since }, { pausedAt: null }])
    expect(await store.resumeSchedules(['unknown', 's', 's'])).toEqual(['unknown', 'resumed', 'unchanged'])
    const pauses = [{ from: since, until: since + 100 }]
    expect(await store.schedules()).toMatchObject([
      { pausedAt: null, pauses },
      { pausedAt: null, pauses: [] },
    ])
  })

  test('Some schedules can be asked for by name; those that are not there are left out.', async ({ store }) => {
    await store.putSchedules(['c', 'a', 'b'].map((name) => newSchedule(name)))
    const names = async (asked?: readonly string[]) => (await store.schedules(asked)).map(({ name }) => name)
    expect(await names()).toEqual(['a', 'b', 'c'])
    expect(await names(['c', 'x', 'a'])).toEqual(['a', 'c'])
    expect(await names([])).toEqual([])
    expect(await store.schedules(['b'])).toEqual([(await store.schedules())[1]])
  })

  test('Pauses are kept until what came in them is decided.', async (subject) => {
    const { store } = subject
    const begin = subject.clock.now()
    await store.putSchedules([newSchedule('s')])
    const pause = async () => {
      await store.pauseSchedules(['s'])
      await subject.advance(10)
      await store.resumeSchedules(['s'])
      await subject.advance(10)
      const [schedule] = await store.schedules()
      if (schedule === undefined) throw new Error('it is gone')
      return schedule
    }
    const [first, second, third] = [0, 20, 40].map((ms) => ({ from: begin + ms, until: begin + ms + 10 }))
    expect((await pause()).pauses).toEqual([first])
    const both = await pause()
    expect(both.pauses).toEqual([first, second])
    await store.claimSlots(claimOf(both, [dueSlot(begin + 25)]))
    expect((await pause()).pauses).toEqual([second, third])
  })

  test('The version goes up with each put, drop, pause and resume that changes something, and with nothing else.', async ({
    store,
  }) => {
    const moves = async (act: () => Promise<unknown>) => {
      const before = await store.schedulesVersion()
      await act()
      return (await store.schedulesVersion()) > before
    }
    const schedule = newSchedule('s')
    expect(await moves(() => store.putSchedules([schedule]))).toBe(true)
    expect(await moves(() => store.putSchedules([schedule]))).toBe(false)
    expect(await moves(() => store.pauseSchedules(['s']))).toBe(true)
    expect(await moves(() => store.pauseSchedules(['s', 'unknown']))).toBe(false)
    expect(await moves(() => store.resumeSchedules(['s']))).toBe(true)
    expect(await moves(() => store.resumeSchedules(['s', 'unknown']))).toBe(false)
    const found = await only(store)
    expect(await moves(() => store.claimSlots(claimOf(found, [dueSlot(found.decidedUntil + 1)])))).toBe(false)
    expect(await moves(() => store.triggerSchedule({ name: 's', job: newJob() }))).toBe(false)
    expect(await moves(() => store.noteScheduler())).toBe(false)
    expect(await moves(() => store.dropSchedules(['unknown']))).toBe(false)
    expect(await moves(() => store.dropSchedules(['s']))).toBe(true)
  })

  test('A dropped schedule is gone; its records stay, and come back into sight with one of the same name.', async (subject) => {
    const { store } = subject
    await store.putSchedules([newSchedule('s'), newSchedule('t')])
    await store.pauseSchedules(['t'])
    const record = await store.triggerSchedule({ name: 's', job: newJob() })
    expect(await store.dropSchedules(['s', 'unknown', 's'])).toEqual(['dropped', 'unknown', 'unknown'])
    expect((await store.schedules()).map(({ name }) => name)).toEqual(['t'])
    expect(await store.slots('s', { limit: 10, before: null })).toEqual([{ ...record, jobEnd: null }])
    await subject.advance(1_000)
    const now = subject.clock.now()
    await store.dropSchedules(['t'])
    expect(await store.putSchedules([newSchedule('s'), newSchedule('t')])).toEqual(['added', 'added'])
    const added = { createdAt: now, decidedUntil: now, fired: 0, pausedAt: null }
    expect(await store.schedules()).toMatchObject([
      { ...added, lastSlot: record },
      { ...added, lastSlot: null },
    ])
  })

  test('A slot that waits is skipped when its schedule is dropped, and does not fire any more.', async (subject) => {
    const { store } = subject
    await store.putSchedules([newSchedule('s', { overlap: 'queue' })])
    const found = await only(store)
    const at = found.decidedUntil
    await store.claimSlots(claimOf(found, [dueSlot(at + 1), dueSlot(at + 2)]))
    expect(await only(store)).toMatchObject({ waiting: 1, lastSlot: { slot: at + 2, outcome: 'waiting' } })
    await subject.advance(500)
    await store.dropSchedules(['s'])
    const skipped = { outcome: 'skipped', reason: 'the schedule was removed', job: null, lateMs: 498, jobEnd: null }
    expect(await store.slots('s', { limit: 1, before: null })).toEqual([{ slot: at + 2, through: at + 2, ...skipped }])
    await store.cancel(['j1'])
    await store.putSchedules([newSchedule('s', { overlap: 'queue' })])
    expect(await only(store)).toMatchObject({ waiting: 0 })
    expect(await store.waitingSchedules()).toEqual([])
    expect(await store.fireWaiting({ name: 's', job: newJob() })).toBe(null)
  })

  test('A scheduler that says it is alive learns when one was before.', async (subject) => {
    const { store, clock } = subject
    const first = clock.now()
    expect(await store.noteScheduler()).toBe(null)
    await subject.advance(1_000)
    expect(await store.noteScheduler()).toBe(first)
    expect(await store.noteScheduler()).toBe(first + 1_000)
  })

  test('Workers that wait for work are woken by what is done to schedules, but not by a scheduler that says it is alive.', async (subject) => {
    const { store } = subject
    const tells = async (act: () => Promise<unknown>) => {
      const changes = store.changes()
      await act()
      return subject.hasNext(changes)
    }
    expect(await tells(() => store.putSchedules([newSchedule('s')]))).toBe(true)
    expect(await tells(() => store.noteScheduler())).toBe(false)
    const found = await only(store)
    expect(await tells(() => store.claimSlots(claimOf(found, [dueSlot(found.decidedUntil + 1)])))).toBe(true)
    expect(await tells(() => store.triggerSchedule({ name: 's', job: newJob() }))).toBe(true)
    expect(await tells(() => store.pauseSchedules(['s']))).toBe(true)
    expect(await tells(() => store.resumeSchedules(['s']))).toBe(true)
    expect(await tells(() => store.dropSchedules(['s']))).toBe(true)
  })

  test('Schedules are there when the store is opened again, with all that is known of them.', async (subject) => {
    const { store } = subject
    await store.putSchedules([newSchedule('s', { overlap: 'queue', timing: everyMinute }), faultySchedule('t')])
    await store.pauseSchedules(['t'])
    const [found] = await store.schedules()
    if (found === undefined) throw new Error('it is not there')
    const at = found.decidedUntil
    await store.claimSlots(claimOf(found, [dueSlot(at + 1), dueSlot(at + 2)]))
    await store.noteScheduler()
    const read = async (from: Store) => [
      await from.schedules(),
      await from.schedulesVersion(),
      await from.slots('s', { limit: 10, before: null }),
      (await from.job('j1'))?.schedule,
    ]
    const before = await read(store)
    const again = await subject.reopen()
    expect(await read(again)).toEqual(before)
    expect(before[3]).toEqual({ name: 's', slot: at + 1 })
    expect(await again.noteScheduler()).toBe(subject.clock.now())
  })
})
