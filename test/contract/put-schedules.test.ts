import { expect } from 'vitest'
import { plainTaskDefaults } from '../../src/domain/request.js'
import type { NewSchedule } from '../../src/domain/schedule/schedule.js'
import type { Store } from '../../src/stores/store.js'
import { claimOf, dueSlot, everyHour, faultySchedule, newSchedule } from '../support/schedule.js'
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

contract('put-schedules', (test) => {
  test('A new schedule begins now: nothing has fired, and no earlier slot is due.', async ({ store, clock }) => {
    const schedule = newSchedule('nightly', { argsJson: '["x"]', options: { queue: 'q', timeout: false }, limit: 3 }, 7)
    expect(await put(store, schedule)).toEqual(['added', 1])
    const now = clock.now()
    const { declaredAt: _, ...said } = schedule
    expect(await store.schedules()).toEqual([
      {
        ...said,
        revision: expect.any(Number),
        createdAt: now,
        decidedUntil: now,
        fired: 0,
        pausedAt: null,
        pauses: [],
        clockAhead: null,
        waiting: 0,
        lastSlot: null,
        lastSuccessAt: null,
        slotTotals: {},
      },
    ])
  })

  test('A schedule starts when it was declared, not when it is stored: a one-off slot in between is due.', async ({
    store,
    clock,
  }) => {
    const declaredAt = clock.now() - 500
    const once = newSchedule('s', { timing: { kind: 'once', at: declaredAt + 100, tz: 'UTC' } })
    await store.putSchedules([{ ...once, declaredAt }])
    expect(await store.schedules()).toMatchObject([{ createdAt: clock.now(), decidedUntil: declaredAt }])
    const other = newSchedule('s', { timing: { kind: 'once', at: declaredAt + 200, tz: 'UTC' } })
    await store.putSchedules([{ ...other, declaredAt: declaredAt + 1 }])
    expect(await store.schedules()).toMatchObject([{ decidedUntil: declaredAt + 1 }])
  })

  test('What has fired still counts after a fault, whatever its timing was.', async ({ store }) => {
    await store.putSchedules([newSchedule('s', { overlap: 'allow', limit: 2 })])
    const [schedule] = await store.schedules()
    if (schedule === undefined) throw new Error('it is not there')
    await store.claimSlots(claimOf(schedule, [dueSlot(schedule.decidedUntil + 1)]))
    await store.putSchedules([faultySchedule('s')])
    await store.putSchedules([newSchedule('s', { overlap: 'allow', limit: 2 })])
    expect(await store.schedules()).toMatchObject([{ fired: 1 }])
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

  test('An equal schedule is unchanged, whatever its rule counts from and however its keys are ordered.', async (subject) => {
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
      newSchedule('s', { taskDefaults: { ...plainTaskDefaults, queue: 'mail' } }),
      newSchedule('s', { catchUp: 'all' }),
      newSchedule('s', { maxLatenessMs: 0 }),
      newSchedule('s', { overlap: 'queue' }),
      newSchedule('s', { jitterMs: 1 }),
      newSchedule('s', { until: Number.MAX_SAFE_INTEGER }),
      newSchedule('s', { limit: 9 }),
      newSchedule('s', { expectSuccessEveryMs: 60_000 }),
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

  test('One that had ended and is renewed goes on from now: what passed since its end was never due.', async (subject) => {
    const { store, clock } = subject
    const start = clock.now()
    await store.putSchedules([newSchedule('s', { limit: 1, overlap: 'allow' }, start)])
    await store.claimSlots(claimOf(await only(store), [dueSlot(start + 60_000)]))
    await subject.advance(3_600_000)
    await put(store, newSchedule('s', { limit: 5, overlap: 'allow' }, start))
    expect(await only(store)).toMatchObject({ decidedUntil: start + 3_600_000, fired: 1 })
    // One that goes on keeps what is not decided yet.
    await subject.advance(60_000)
    await put(store, newSchedule('s', { limit: 6, overlap: 'allow' }, start))
    expect(await only(store)).toMatchObject({ decidedUntil: start + 3_600_000 })
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
    const begun = { fault: null, decidedUntil: subject.clock.now() }
    expect(await store.schedules()).toMatchObject([
      { ...begun, plan: { rule: { from: 9 } }, fired: 1 },
      { ...begun, fired: 0 },
    ])
  })
})
