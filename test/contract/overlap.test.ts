import { expect } from 'vitest'
import { maxWaiting, onTimeMs, type ScheduleDefinition } from '../../src/domain/schedule/schedule.js'
import type { Store } from '../../src/stores/store.js'
import { newJob } from '../support/job.js'
import { retentionOf } from '../support/retention.js'
import { claimOf, dueSlot, faultySchedule, newSchedule } from '../support/schedule.js'
import { contract, type Subject } from './harness.js'

async function scheduled(store: Store, definition: Partial<ScheduleDefinition>): Promise<number> {
  await store.putSchedules([newSchedule('s', definition)])
  return (await found(store)).decidedUntil
}

async function found(store: Store) {
  const [schedule] = await store.schedules()
  if (schedule === undefined) throw new Error('it is not there')
  return schedule
}

/** Claims slots that are to fire; what became of them, in short. */
async function claim(store: Store, ...slots: readonly number[]) {
  const records = await store.claimSlots(
    claimOf(
      await found(store),
      slots.map((slot) => dueSlot(slot)),
    ),
  )
  if (records === 'stale') throw new Error('stale')
  return records.map(({ outcome, job, reason }) => [outcome, job ?? reason])
}

const fire = (store: Store) => store.fireWaiting({ name: 's', job: newJob() })
const states = async ({ store }: Subject) =>
  (await store.jobs({}, { limit: 100, after: null })).items.map(({ state }) => state).reverse()

contract('overlap', (test) => {
  test('Allowed: each slot fires, whatever is left of earlier ones.', async (subject) => {
    const at = await scheduled(subject.store, { overlap: 'allow' })
    expect(await claim(subject.store, at + 1, at + 2)).toEqual([
      ['fired', 'j1'],
      ['fired', 'j2'],
    ])
    expect(await claim(subject.store, at + 3)).toEqual([['fired', 'j3']])
  })

  test('Skipped: no slot fires while an earlier job waits, runs or waits for a retry; the next one does.', async (subject) => {
    const { store } = subject
    const at = await scheduled(store, { overlap: 'skip' })
    const skipped = ['skipped', 'j1 has not ended']
    expect(await claim(store, at + 1, at + 2)).toEqual([['fired', 'j1'], skipped])
    expect(await claim(store, at + 3)).toEqual([skipped])
    const worker = await subject.register()
    await subject.settle(await subject.claimOne(worker), subject.outcome.retry(5))
    expect(await claim(store, at + 4)).toEqual([skipped])
    await subject.advance(5)
    await subject.sweep()
    const again = await subject.claimOne(worker)
    expect(await claim(store, at + 5)).toEqual([skipped])
    await subject.settle(again, subject.outcome.completed())
    expect(await claim(store, at + 6, at + 7)).toEqual([
      ['fired', 'j2'],
      ['skipped', 'j2 has not ended'],
    ])
    expect(await found(store)).toMatchObject({ decidedUntil: at + 7, fired: 2 })
  })

  test('A late slot that is skipped or waits is recorded as that, as late as it was.', async ({ store }) => {
    const at = await scheduled(store, { overlap: 'skip' })
    await claim(store, at + 1)
    const late = { outcome: 'late', reason: 'made up for', lateMs: 77 } as const
    const records = await store.claimSlots(claimOf(await found(store), [dueSlot(at + 2, late)]))
    expect(records).toMatchObject([{ outcome: 'skipped', reason: 'j1 has not ended', job: null, lateMs: 77 }])
  })

  test('A slot that was late before it waited keeps the reason of that.', async (subject) => {
    const { store } = subject
    const at = await scheduled(store, { overlap: 'queue' })
    await claim(store, at + 1)
    const late = { outcome: 'late', reason: 'made up for', lateMs: 20_000 } as const
    const records = await store.claimSlots(claimOf(await found(store), [dueSlot(at + 2, late)]))
    expect(records).toMatchObject([{ outcome: 'waiting', reason: 'made up for' }])
    await subject.advance(20_000)
    await store.cancel(['j1'])
    expect(await fire(store)).toMatchObject({
      outcome: 'late',
      reason: 'made up for; it has waited for an earlier one',
    })
  })

  test('A slot that has waited longer than its schedule allows is skipped, and says so.', async (subject) => {
    const { store } = subject
    const at = await scheduled(store, { overlap: 'queue', maxLatenessMs: 5_000 })
    await claim(store, at + 1, at + 2)
    await subject.advance(10_000)
    await store.cancel(['j1'])
    const reason = 'later than 5s; it has waited for an earlier one'
    expect(await fire(store)).toMatchObject({ slot: at + 2, outcome: 'skipped', reason, job: null })
    expect([await store.waitingSchedules(), await fire(store)]).toEqual([[], null])
    expect(await found(store)).toMatchObject({ fired: 1, waiting: 0 })
  })

  test('A job that was removed is left no more.', async (subject) => {
    const { store } = subject
    const at = await scheduled(store, { overlap: 'skip' })
    await claim(store, at + 1)
    await store.cancel(['j1'])
    await store.prune(retentionOf({ completedMs: 0 }), 10)
    expect(await store.job('j1')).toBe(null)
    expect(await claim(store, at + 2)).toEqual([['fired', 'j2']])
  })

  test("Jobs of other schedules, and those without one, are in nobody's way.", async (subject) => {
    const { store } = subject
    await subject.add()
    await store.putSchedules([newSchedule('t')])
    await store.triggerSchedule({ name: 't', job: newJob() })
    await store.dropSchedules(['t'])
    const at = await scheduled(store, { overlap: 'skip' })
    expect(await claim(store, at + 1)).toEqual([['fired', 'j3']])
  })

  test('A job that was fired by hand, or before the schedule was removed and added again, is in the way.', async (subject) => {
    const { store } = subject
    const at = await scheduled(store, { overlap: 'skip' })
    await store.triggerSchedule({ name: 's', job: newJob() })
    expect(await claim(store, at + 2)).toEqual([['skipped', 'j1 has not ended']])
    await store.dropSchedules(['s'])
    await scheduled(store, { overlap: 'skip' })
    expect(await claim(store, at + 3)).toEqual([['skipped', 'j1 has not ended']])
  })

  test('Replaced: jobs that wait are cancelled, running ones asked to stop, within one claim too.', async (subject) => {
    const { store } = subject
    const at = await scheduled(store, { overlap: 'replace' })
    expect(await claim(store, at + 1)).toEqual([['fired', 'j1']])
    const worker = await subject.register()
    await subject.claimOne(worker)
    expect(await claim(store, at + 2, at + 3)).toEqual([
      ['fired', 'j2'],
      ['fired', 'j3'],
    ])
    expect(await states(subject)).toEqual(['running', 'cancelled', 'queued'])
    expect(await store.cancelRequests(worker)).toEqual(['j1'])
  })

  test('Queued: slots wait while a job or an earlier slot is left, and fire one by one, the oldest first.', async (subject) => {
    const { store } = subject
    const at = await scheduled(store, { overlap: 'queue' })
    expect(await claim(store, at + 1, at + 2)).toEqual([
      ['fired', 'j1'],
      ['waiting', 'j1 has not ended'],
    ])
    expect(await store.waitingSchedules()).toEqual([])
    expect(await fire(store)).toBe(null)
    await store.cancel(['j1'])
    expect(await claim(store, at + 3)).toEqual([['waiting', 'an earlier slot waits']])
    expect(await found(store)).toMatchObject({ fired: 1, waiting: 2, decidedUntil: at + 3 })
    await subject.advance(1_000)
    expect(await store.waitingSchedules()).toEqual(['s'])
    const fired = {
      slot: at + 2,
      through: at + 2,
      outcome: 'fired',
      reason: 'it has waited for an earlier one',
      job: 'j2',
      lateMs: 998,
    }
    expect(await fire(store)).toEqual(fired)
    expect(await store.slots('s', { limit: 1, before: at + 3 })).toEqual([{ ...fired, jobEnd: null }])
    expect((await subject.job('j2')).schedule).toEqual({ name: 's', slot: at + 2 })
    expect(await found(store)).toMatchObject({ fired: 2, waiting: 1, decidedUntil: at + 3 })
    expect([await store.waitingSchedules(), await fire(store)]).toEqual([[], null])
    await subject.settle(await subject.claimOne(await subject.register()), subject.outcome.completed())
    expect(await fire(store)).toMatchObject({ slot: at + 3, job: 'j3' })
    await store.cancel(['j3'])
    expect([await store.waitingSchedules(), await fire(store)]).toEqual([[], null])
  })

  test('A slot that waited is late if that was for long, and on time if the clock was set back.', async (subject) => {
    const { store, clock } = subject
    const at = await scheduled(store, { overlap: 'queue' })
    await claim(store, at + 1, at + 2, at + 3, at + 4)
    const next = async (setTo: number) => {
      await store.cancel(['j1', 'j2', 'j3'])
      clock.setWall(setTo)
      return fire(store)
    }
    expect(await next(at + 2 + onTimeMs)).toMatchObject({ outcome: 'fired', lateMs: onTimeMs })
    expect(await next(at + 3 + onTimeMs + 1)).toMatchObject({ outcome: 'late', lateMs: onTimeMs + 1 })
    expect(await next(at)).toMatchObject({ outcome: 'fired', lateMs: 0 })
  })

  test('No more than so many slots wait; the others are skipped.', async ({ store }) => {
    const at = await scheduled(store, { overlap: 'queue' })
    const slots = Array.from({ length: maxWaiting + 2 }, (_, index) => at + 1 + index)
    const became = await claim(store, ...slots)
    expect(became.filter(([outcome]) => outcome === 'waiting')).toHaveLength(maxWaiting)
    expect(became.at(-1)).toEqual(['skipped', `j1 has not ended, and ${maxWaiting} slots wait for it`])
    expect(await found(store)).toMatchObject({ waiting: maxWaiting })
  })

  test('Nothing that waits fires while its schedule is paused or unknown; a fault ends the waiting.', async ({
    store,
  }) => {
    const at = await scheduled(store, { overlap: 'queue' })
    await claim(store, at + 1, at + 2)
    await store.cancel(['j1'])
    const mayFire = async () => [await store.waitingSchedules(), await fire(store)]
    await store.pauseSchedules(['s'])
    expect(await mayFire()).toEqual([[], null])
    expect(await store.fireWaiting({ name: 'unknown', job: newJob() })).toBe(null)
    expect(await found(store)).toMatchObject({ waiting: 1 })
    await store.resumeSchedules(['s'])
    expect(await mayFire()).toMatchObject([['s'], { slot: at + 2 }])
    await claim(store, at + 3, at + 4)
    await store.putSchedules([faultySchedule('s')])
    expect(await mayFire()).toEqual([[], null])
    expect(await found(store)).toMatchObject({ waiting: 0 })
    const slots = await store.slots('s', { limit: 2, before: null })
    expect(slots.map(({ slot, outcome, reason, job }) => [slot - at, outcome, reason, job])).toEqual(
      [4, 3].map((slot) => [slot, 'skipped', 'the schedule was changed, and cannot fire it any more', null]),
    )
  })

  test('Waiting slots count towards the limit, and a lowered limit skips the slots over it.', async ({ store }) => {
    const at = await scheduled(store, { overlap: 'queue', limit: 3 })
    expect((await claim(store, at + 1, at + 2, at + 3, at + 4)).map(([outcome]) => outcome)).toEqual([
      'fired',
      'waiting',
      'waiting',
    ])
    await store.cancel(['j1'])
    expect(await claim(store, at + 5)).toEqual([])
    await store.putSchedules([newSchedule('s', { overlap: 'queue', limit: 2 })])
    expect(await found(store)).toMatchObject({ fired: 1, waiting: 1, lastSlot: { slot: at + 3, outcome: 'skipped' } })
    expect(await fire(store)).toMatchObject({ slot: at + 2, job: 'j2' })
    await store.cancel(['j2'])
    expect([await store.waitingSchedules(), await fire(store)]).toEqual([[], null])
    expect(await found(store)).toMatchObject({ fired: 2, waiting: 0 })
  })

  test('Waiting slots can be skipped, the oldest first, when it may fire.', async ({ store }) => {
    const at = await scheduled(store, { overlap: 'queue' })
    await claim(store, at + 1, at + 2, at + 3)
    const skip = () => store.skipWaiting({ name: 's', reason: 'why not' })
    expect(await skip()).toBe(null)
    await store.cancel(['j1'])
    const skipped = { outcome: 'skipped', reason: 'why not', job: null }
    expect([await skip(), await skip(), await skip()]).toMatchObject([
      { slot: at + 2, ...skipped },
      { slot: at + 3, ...skipped },
      null,
    ])
    expect(await found(store)).toMatchObject({ fired: 1, waiting: 0, lastSlot: { slot: at + 3, ...skipped } })
    expect(await store.waitingSchedules()).toEqual([])
  })

  test('Schedules that have something to fire are told by name.', async ({ store }) => {
    for (const name of ['c', 'a', 'b']) {
      await store.putSchedules([newSchedule(name, { overlap: 'queue' })])
      const schedule = (await store.schedules()).find((each) => each.name === name)
      if (schedule === undefined) throw new Error('it is not there')
      const at = schedule.decidedUntil
      await store.claimSlots(claimOf(schedule, [dueSlot(at + 1), dueSlot(at + 2)]))
    }
    await store.cancel(['j1', 'j2'])
    expect(await store.waitingSchedules()).toEqual(['a', 'c'])
  })

  test('A job that has expired is in no way of the next slot, also before a sweep finds that.', async (subject) => {
    const { store } = subject
    const at = await scheduled(store, { overlap: 'skip' })
    const job = newJob({ expiresAt: subject.clock.now() + 10 })
    await store.claimSlots(claimOf(await found(store), [dueSlot(at + 1)], { job }))
    await subject.advance(10)
    expect(await claim(store, at + 2)).toEqual([['fired', 'j2']])
    expect(await subject.job('j1')).toMatchObject({ state: 'failed', reason: 'expired' })
  })
})
