import { expect } from 'vitest'
import type { NewSchedule } from '../../src/domain/schedule/schedule.js'
import type { Store } from '../../src/stores/store.js'
import { newJob } from '../support/job.js'
import { claimOf, dueSlot, everyHour, everyMinute, faultySchedule, newSchedule } from '../support/schedule.js'
import { contract } from './harness.js'

async function only(store: Store) {
  const [schedule, ...others] = await store.schedules()
  if (schedule === undefined || others.length > 0) throw new Error(`${others.length} others`)
  return schedule
}

/** Puts one schedule; what it was answered, and by how much the version went up. */
async function put(store: Store, schedule: NewSchedule) {
  const before = await store.schedulesVersion()
  const [answer] = await store.putSchedules([schedule])
  return [answer, (await store.schedulesVersion()) - before]
}

contract('schedules', (test) => {
  test('A new schedule begins now: nothing has fired, and no earlier slot is due.', async ({ store, clock }) => {
    const schedule = newSchedule('nightly', { argsJson: '["x"]', options: { queue: 'q', timeout: false }, limit: 3 }, 7)
    expect(await put(store, schedule)).toEqual(['added', 1])
    const now = clock.now()
    expect(await store.schedules()).toEqual([
      {
        ...schedule,
        revision: expect.any(Number),
        createdAt: now,
        decidedUntil: now,
        fired: 0,
        pausedAt: null,
        waiting: 0,
        lastSlot: null,
      },
    ])
  })

  test('Answers come in the order of the schedules, and the list by name.', async ({ store }) => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => newSchedule(name)) as [NewSchedule, NewSchedule, NewSchedule]
    await store.putSchedules([b])
    const changed = newSchedule('b', { jitterMs: 5 })
    expect(await store.putSchedules([c, b, a, changed, a])).toEqual([
      'added',
      'unchanged',
      'added',
      'changed',
      'unchanged',
    ])
    expect((await store.schedules()).map(({ name }) => name)).toEqual(['a', 'b', 'c'])
    expect(await store.putSchedules([])).toEqual([])
  })

  test('What says the same is unchanged, whatever its rule counts from and however its keys are ordered.', async (subject) => {
    const { store } = subject
    await store.putSchedules([newSchedule('s', { options: { queue: 'q', priority: 1 } }, 7)])
    const before = await store.schedules()
    await subject.advance(1_000)
    const same = newSchedule('s', { options: { priority: 1, queue: 'q' } }, subject.clock.now())
    expect(await put(store, same)).toEqual(['unchanged', 0])
    expect(await store.schedules()).toEqual(before)
  })

  test('Another task, source or part of the definition is a change; the timing, the count and the slots stay.', async (subject) => {
    const { store } = subject
    await store.putSchedules([newSchedule('s', {}, 7)])
    const first = await only(store)
    await store.claimSlots(claimOf(first, [dueSlot(first.decidedUntil + 10)]))
    await subject.advance(1_000)
    const changes: readonly NewSchedule[] = [
      { ...newSchedule('s'), task: 'other' },
      { ...newSchedule('s'), source: 'config' },
      newSchedule('s', { argsJson: '[1]' }),
      newSchedule('s', { options: { retries: 0 } }),
      newSchedule('s', { catchUp: 'all' }),
      newSchedule('s', { maxLatenessMs: 0 }),
      newSchedule('s', { overlap: 'queue' }),
      newSchedule('s', { jitterMs: 1 }),
      newSchedule('s', { until: 9 }),
      newSchedule('s', { limit: 9 }),
    ]
    for (const change of changes) {
      const { revision } = await only(store)
      expect(await put(store, change)).toEqual(['changed', 1])
      const now = await only(store)
      expect(now.revision).toBeGreaterThan(revision)
      expect(now).toMatchObject({
        source: change.source,
        task: change.task,
        plan: { definition: change.plan?.definition, rule: { from: 7 } },
        createdAt: first.createdAt,
        decidedUntil: first.decidedUntil + 10,
        fired: 1,
        lastSlot: { slot: first.decidedUntil + 10 },
      })
    }
  })

  test('Under another timing it begins now, by the new rule and with nothing fired.', async (subject) => {
    const { store } = subject
    await store.putSchedules([newSchedule('s', {}, 7)])
    const first = await only(store)
    await store.claimSlots(claimOf(first, [dueSlot(first.decidedUntil + 10)]))
    await subject.advance(5_000)
    expect(await put(store, newSchedule('s', { timing: everyHour }, 8))).toEqual(['changed', 1])
    expect(await only(store)).toMatchObject({
      plan: { rule: { everyMs: 3_600_000, from: 8 } },
      createdAt: first.createdAt,
      decidedUntil: subject.clock.now(),
      fired: 0,
    })
    const started = { ...everyHour, startAt: '2030-01-01' }
    expect(await put(store, newSchedule('s', { timing: started }, 9))).toEqual(['changed', 1])
    expect(await only(store)).toMatchObject({ plan: { rule: { from: 9 } } })
  })

  test('One that turns faulty has its fault and no plan; with a plan again it begins then.', async (subject) => {
    const { store } = subject
    await store.putSchedules([newSchedule('s', {}, 7), faultySchedule('t')])
    const [first] = await store.schedules()
    if (first === undefined) throw new Error('it is not there')
    await store.claimSlots(claimOf(first, [dueSlot(first.decidedUntil + 10)]))
    expect(await put(store, faultySchedule('s', 'no such zone'))).toEqual(['changed', 1])
    expect(await put(store, faultySchedule('s', 'no such zone'))).toEqual(['unchanged', 0])
    expect(await put(store, faultySchedule('s', 'no such task'))).toEqual(['changed', 1])
    const faulty = { plan: null, fault: 'no such task' }
    expect(await store.schedules()).toMatchObject([
      { name: 's', ...faulty },
      { name: 't', plan: null },
    ])
    await subject.advance(1_000)
    expect(await store.putSchedules([newSchedule('s', {}, 9), newSchedule('t')])).toEqual(['changed', 'changed'])
    const begun = { fault: null, decidedUntil: subject.clock.now(), fired: 0 }
    expect(await store.schedules()).toMatchObject([{ ...begun, plan: { rule: { from: 9 } } }, begun])
  })

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
    expect(await store.schedules()).toMatchObject([{ pausedAt: null }, { pausedAt: null }])
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
    expect(await store.slots('s', { limit: 10, before: null })).toEqual([record])
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
    const skipped = { outcome: 'skipped', reason: 'the schedule was removed', job: null, lateMs: 498 }
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

  test('Whoever waits for work is woken by what is done to schedules, but not by a scheduler that says it is alive.', async ({
    store,
  }) => {
    const tells = async (act: () => Promise<unknown>) => {
      const before = store.news()
      await act()
      return store.news() > before
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
