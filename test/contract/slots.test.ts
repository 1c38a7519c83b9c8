import { expect } from 'vitest'
import type { DecidedSlot } from '../../src/domain/schedule/due.js'
import {
  type NewSchedule,
  type ScheduleDefinition,
  type SlotRecord,
  type StoredSchedule,
  type Timing,
  wasPaused,
} from '../../src/domain/schedule/schedule.js'
import type { SlotClaim } from '../../src/stores/schedule-store.js'
import type { Store } from '../../src/stores/store.js'
import { newJob } from '../support/job.js'
import { claimOf, dueSlot, everyMinute, faultySchedule, newSchedule } from '../support/schedule.js'
import { contract, type Subject } from './harness.js'

/** A schedule `s` whose jobs may overlap, if nothing else is said. */
async function scheduled(store: Store, definition: Partial<ScheduleDefinition> = {}): Promise<StoredSchedule> {
  await store.putSchedules([newSchedule('s', { overlap: 'allow', ...definition })])
  return found(store)
}

async function found(store: Store): Promise<StoredSchedule> {
  const schedule = (await store.schedules()).find(({ name }) => name === 's')
  if (schedule === undefined) throw new Error('it is not there')
  return schedule
}

async function claim(
  store: Store,
  slots: readonly DecidedSlot[],
  overrides: Partial<SlotClaim> = {},
): Promise<readonly SlotRecord[]> {
  const records = await store.claimSlots(claimOf(await found(store), slots, overrides))
  if (records === 'stale') throw new Error('stale')
  return records
}

const slots = (store: Store) => store.slots('s', { limit: 100, before: null })
const jobs = async ({ store }: Subject) => (await store.jobs({}, { limit: 100, after: null })).items

contract('slots', (test) => {
  test('Slots are recorded with what became of them, and those that fire have a job each.', async (subject) => {
    const { store } = subject
    const { decidedUntil: at } = await scheduled(store)
    const decided = [
      dueSlot(at + 10, {
        through: at + 30,
        count: 3,
        outcome: 'missed',
        reason: 'no scheduler was at work',
        lateMs: 40,
      }),
      dueSlot(at + 40, { outcome: 'late', reason: 'made up for', lateMs: 20 }),
      dueSlot(at + 50, { outcome: 'skipped', reason: 'paused', lateMs: 5 }),
      dueSlot(at + 60),
    ]
    const [missed, late, skipped, due] = decided.map(({ count: _, ...slot }) => slot)
    const records = [
      { ...missed, job: null },
      { ...late, job: 'j1' },
      { ...skipped, job: null },
      { ...due, job: 'j2' },
    ]
    expect(await claim(store, decided, { job: newJob({ task: 'nightly', queue: 'q' }) })).toEqual(records)
    expect(await slots(store)).toEqual(records.toReversed().map((record) => ({ ...record, jobEnd: null })))
    expect(await found(store)).toMatchObject({ decidedUntil: at + 60, fired: 2, waiting: 0, lastSlot: records[3] })
    expect(await jobs(subject)).toMatchObject([
      { id: 'j2', task: 'nightly', queue: 'q', state: 'queued', schedule: { name: 's', slot: at + 60 } },
      { id: 'j1', task: 'nightly', queue: 'q', state: 'queued', schedule: { name: 's', slot: at + 40 } },
    ])
  })

  test('A claimed job has the slot that it came from, also after a retry; other jobs have none.', async (subject) => {
    const { store } = subject
    const { decidedUntil: at } = await scheduled(store)
    await claim(store, [dueSlot(at + 10)])
    await subject.add()
    const worker = await subject.register()
    const [first, second] = await subject.claim(worker)
    expect([first?.job.slot, second?.job.slot]).toEqual([at + 10, null])
    if (first === undefined) throw new Error('nothing to claim')
    await subject.settle(first, subject.outcome.retry(0))
    const again = await subject.claimOne(worker)
    expect([again.job.id, again.job.slot]).toEqual([first.job.id, at + 10])
    expect((await subject.job(first.job.id)).schedule).toEqual({ name: 's', slot: at + 10 })
  })

  test('Slots are decided through the last one, which may stand for many.', async ({ store }) => {
    const { decidedUntil: at } = await scheduled(store)
    await claim(store, [dueSlot(at + 10, { through: at + 70, outcome: 'missed' })])
    expect(await found(store)).toMatchObject({ decidedUntil: at + 70, fired: 0 })
  })

  test('No slots are no change.', async ({ store }) => {
    const before = await scheduled(store)
    expect(await claim(store, [], { job: null })).toEqual([])
    expect(await found(store)).toEqual(before)
  })

  test('Of two schedulers that claim the same slots, one gets them, the other is stale.', async (subject) => {
    const schedule = await scheduled(subject.store)
    const request = claimOf(schedule, [dueSlot(schedule.decidedUntil + 1)])
    const answers = await Promise.all([subject.store.claimSlots(request), subject.store.claimSlots(request)])
    expect(answers.filter((answer) => answer !== 'stale')).toHaveLength(1)
    expect(await subject.store.claimSlots(request)).toBe('stale')
    expect(await jobs(subject)).toHaveLength(1)
  })

  test('A claim is stale, and writes nothing, if the schedule is unknown, gone or without a plan.', async (subject) => {
    const { store } = subject
    const schedule = await scheduled(store)
    const request = claimOf(schedule, [dueSlot(schedule.decidedUntil + 1)])
    expect(await store.claimSlots({ ...request, name: 'unknown' })).toBe('stale')
    await store.putSchedules([faultySchedule('s')])
    const { revision } = await found(store)
    expect(await store.claimSlots({ ...request, revision })).toBe('stale')
    await store.dropSchedules(['s'])
    expect(await store.claimSlots(request)).toBe('stale')
    expect(await slots(store)).toEqual([])
    expect(await jobs(subject)).toEqual([])
  })

  test('A claim is stale if the schedule was changed, paused, resumed, or removed and added again meanwhile.', async (subject) => {
    const { store } = subject
    await scheduled(store)
    const changes: readonly (() => Promise<unknown>)[] = [
      () => store.putSchedules([newSchedule('s', { overlap: 'allow', argsJson: '[1]' })]),
      () => store.pauseSchedules(['s']),
      () => store.resumeSchedules(['s']),
      async () => {
        await store.dropSchedules(['s'])
        // Within the same millisecond: all but the revision is as it was.
        await store.putSchedules([newSchedule('s', { overlap: 'allow', argsJson: '[1]' })])
      },
    ]
    for (const change of changes) {
      const before = await found(store)
      await change()
      expect((await found(store)).decidedUntil).toBe(before.decidedUntil)
      expect(await store.claimSlots(claimOf(before, [dueSlot(before.decidedUntil + 1)]))).toBe('stale')
    }
    expect(await jobs(subject)).toEqual([])
    const now = await found(store)
    expect(await store.claimSlots(claimOf(now, [dueSlot(now.decidedUntil + 1)]))).toHaveLength(1)
  })

  test('A paused schedule has its slots decided by whoever knows that it is paused.', async ({ store }) => {
    const { decidedUntil: at } = await scheduled(store)
    await store.pauseSchedules(['s'])
    expect(await claim(store, [dueSlot(at + 1, { outcome: 'skipped', reason: 'paused' })])).toHaveLength(1)
    expect(await found(store)).toMatchObject({ decidedUntil: at + 1 })
  })

  test('A pause is one record, however often its slots are decided; each of them is counted.', async ({ store }) => {
    const { decidedUntil: at } = await scheduled(store)
    const paused = { outcome: 'skipped', reason: wasPaused } as const
    expect(await claim(store, [dueSlot(at + 10, paused)])).toHaveLength(1)
    expect(await claim(store, [dueSlot(at + 20, paused)])).toEqual([])
    expect(
      await claim(store, [dueSlot(at + 30, { ...paused, through: at + 50, count: 3 }), dueSlot(at + 60)]),
    ).toHaveLength(1)
    await claim(store, [dueSlot(at + 70, paused)])
    // This one is not said of a pause.
    await claim(store, [dueSlot(at + 80, { outcome: 'skipped', reason: 'j1 has not ended' })])
    expect((await slots(store)).map(({ slot, through, outcome }) => [slot - at, through - at, outcome])).toEqual([
      [80, 80, 'skipped'],
      [70, 70, 'skipped'],
      [60, 60, 'fired'],
      [10, 50, 'skipped'],
    ])
    expect(await found(store)).toMatchObject({ decidedUntil: at + 80, slotTotals: { skipped: 7, fired: 1 } })
  })

  test('A record that stands for many slots counts as many.', async ({ store }) => {
    const { decidedUntil: at } = await scheduled(store)
    await claim(store, [dueSlot(at + 10, { through: at + 5_400, count: 540, outcome: 'missed' })])
    expect(await found(store)).toMatchObject({ slotTotals: { missed: 540 } })
  })

  test('Who decides slots is alive: a scheduler that is killed then was at work until then.', async (subject) => {
    const { store } = subject
    const { decidedUntil: at } = await scheduled(store)
    await store.noteScheduler()
    await subject.advance(20_000)
    await claim(store, [dueSlot(at + 10)])
    await subject.advance(60_000)
    expect(await store.schedulerSeenAt()).toBe(at + 20_000)
  })

  test('A slot that has a record already is passed over, and has no second job.', async (subject) => {
    const { store, clock } = subject
    const { decidedUntil: at } = await scheduled(store)
    await claim(store, [dueSlot(at + 10)])
    await store.dropSchedules(['s'])
    clock.setWall(at)
    await scheduled(store)
    const records = await claim(store, [dueSlot(at + 5), dueSlot(at + 10), dueSlot(at + 15)])
    expect(records.map(({ slot }) => slot)).toEqual([at + 5, at + 15])
    expect((await jobs(subject)).map(({ schedule }) => schedule?.slot)).toEqual([at + 15, at + 5, at + 10])
    expect(await found(store)).toMatchObject({ decidedUntil: at + 15, fired: 2 })
  })

  test('Beyond its limit no slot is written, whatever was to become of it.', async (subject) => {
    const { store } = subject
    const { decidedUntil: at } = await scheduled(store, { limit: 2 })
    const many = [
      dueSlot(at + 1, { outcome: 'missed' }),
      dueSlot(at + 2, { outcome: 'late' }),
      dueSlot(at + 3, { outcome: 'skipped' }),
      dueSlot(at + 4),
      dueSlot(at + 5, { outcome: 'skipped' }),
      dueSlot(at + 6),
    ]
    expect((await claim(store, many)).map(({ slot }) => slot - at)).toEqual([1, 2, 3, 4])
    expect(await found(store)).toMatchObject({ decidedUntil: at + 6, fired: 2 })
    expect(await claim(store, [dueSlot(at + 7)])).toEqual([])
    expect(await jobs(subject)).toHaveLength(2)
    expect(await slots(store)).toHaveLength(4)
  })

  test('A claim that is to fire without a job is refused as a whole.', async (subject) => {
    const { store } = subject
    const before = await scheduled(store)
    const at = before.decidedUntil
    const decided = [dueSlot(at + 1, { outcome: 'missed' }), dueSlot(at + 2)]
    await expect(claim(store, decided, { job: null })).rejects.toThrow('there is no job for it')
    expect(await found(store)).toEqual(before)
    expect(await claim(store, decided.slice(0, 1), { job: null })).toHaveLength(1)
  })

  test('By hand it fires at this moment, or the next that is free, paused or not, and nothing else of it moves.', async (subject) => {
    const { store, clock } = subject
    const before = await scheduled(store, { limit: 1, overlap: 'skip' })
    await claim(store, [dueSlot(before.decidedUntil + 1)])
    await store.pauseSchedules(['s'])
    await subject.advance(50)
    const claimed = await found(store)
    const now = clock.now()
    const trigger = () => store.triggerSchedule({ name: 's', job: newJob({ task: 'by-hand' }) })
    const fired = { outcome: 'fired', reason: 'by hand', lateMs: 0 }
    expect(await trigger()).toEqual({ slot: now, through: now, job: 'j2', ...fired })
    expect(await trigger()).toEqual({ slot: now + 1, through: now + 1, job: 'j3', ...fired })
    expect(await subject.job('j3')).toMatchObject({ task: 'by-hand', schedule: { name: 's', slot: now + 1 } })
    expect(await found(store)).toEqual({ ...claimed, lastSlot: (await slots(store))[0], slotTotals: { fired: 3 } })
  })

  test('By hand it takes no slot of its rule: those are still there to fire.', async (subject) => {
    const { store, clock } = subject
    const now = clock.now()
    const triggered = async (schedule: NewSchedule) => {
      await store.putSchedules([schedule])
      return (await store.triggerSchedule({ name: 's', job: newJob() }))?.slot
    }
    const cron: Timing = { kind: 'cron', cron: '* * * * *', tz: 'UTC' }
    expect(await triggered(newSchedule('s', { timing: everyMinute }, now))).toBe(now + 1)
    expect(await triggered(newSchedule('s', { timing: { kind: 'once', at: now + 2, tz: 'UTC' } }))).toBe(now)
    expect(now % 1_000).toBe(0)
    expect(await triggered(newSchedule('s', { timing: cron }))).toBe(now + 2)
  })

  test('By hand a faulty schedule fires too; one that is unknown does not.', async (subject) => {
    await subject.store.putSchedules([faultySchedule('s')])
    expect(await subject.store.triggerSchedule({ name: 's', job: newJob() })).toMatchObject({ job: 'j1' })
    expect(await subject.store.triggerSchedule({ name: 'unknown', job: newJob() })).toBe(null)
    expect(await jobs(subject)).toHaveLength(1)
  })

  test('The slots of a schedule come in pages, the newest first.', async ({ store }) => {
    const { decidedUntil: at } = await scheduled(store)
    await store.putSchedules([newSchedule('other')])
    await store.triggerSchedule({ name: 'other', job: newJob() })
    await claim(
      store,
      [1, 2, 3].map((after) => dueSlot(at + after)),
    )
    const page = async (limit: number, before: number | null) =>
      (await store.slots('s', { limit, before })).map(({ slot }) => slot - at)
    expect(await page(2, null)).toEqual([3, 2])
    expect(await page(2, at + 2)).toEqual([1])
    expect(await page(2, at + 1)).toEqual([])
    expect(await store.slots('unknown', { limit: 2, before: null })).toEqual([])
  })
})
