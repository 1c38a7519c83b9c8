import { expect } from 'vitest'
import type { Store } from '../../src/stores/store.js'
import { newJob } from '../support/job.js'
import { retentionOf } from '../support/retention.js'
import { claimOf, dueSlot, newSchedule } from '../support/schedule.js'
import { contract, type Subject } from './harness.js'

const schedule = async (store: Store) => {
  const [found] = await store.schedules(['s'])
  if (found === undefined) throw new Error('no schedule s')
  return found
}
const jobEnds = async (store: Store) =>
  (await store.slots('s', { limit: 100, before: null })).map(({ jobEnd }) => jobEnd).reverse()

/** Fires so many slots of schedule `s`, whose jobs may overlap; returns the time of the first. */
async function fire({ store }: Subject, count: number, job = newJob()): Promise<number> {
  await store.putSchedules([newSchedule('s', { overlap: 'allow' })])
  const found = await schedule(store)
  const slots = Array.from({ length: count }, (_, index) => dueSlot(found.decidedUntil + 1 + index))
  await store.claimSlots(claimOf(found, slots, { job }))
  return found.decidedUntil + 1
}

contract('slot-ends', (test) => {
  test('A slot keeps how its job ended, and for how long its last attempt ran.', async (subject) => {
    const { store, outcome } = subject
    await fire(subject, 4)
    expect(await jobEnds(store)).toEqual([null, null, null, null])
    const [completed, failed, cancelled] = await subject.claim(await subject.register(), 3)
    if (completed === undefined || failed === undefined || cancelled === undefined) throw new Error('nothing to claim')
    await subject.advance(700)
    const span = { startedAt: subject.clock.now() - 700, endedAt: subject.clock.now() }
    await subject.settle(completed, { ...outcome.completed(), ...span })
    await subject.settle(failed, { ...outcome.failed(), ...span })
    await store.cancel(['j4'])
    expect(await jobEnds(store)).toEqual([
      { state: 'completed', reason: null, durationMs: 700 },
      { state: 'failed', reason: 'error', durationMs: 700 },
      null,
      { state: 'cancelled', reason: null, durationMs: null },
    ])
    await subject.settle(cancelled, { ...outcome.cancelled(), ...span })
    expect((await schedule(store)).lastSlot?.jobEnd).toEqual({ state: 'cancelled', reason: null, durationMs: null })
    expect((await jobEnds(store))[2]).toEqual({ state: 'cancelled', reason: null, durationMs: 700 })
  })

  test('Many jobs that end in one call each end their slot, and jobs without one none.', async (subject) => {
    const { store, outcome } = subject
    await subject.add()
    await fire(subject, 30)
    await subject.add()
    const claims = await subject.claim(await subject.register())
    await store.settle(claims.map(({ lease }) => ({ lease, outcome: outcome.completed() })))
    const ends = await jobEnds(store)
    expect(ends).toHaveLength(30)
    expect(ends.every((end) => end?.state === 'completed')).toBe(true)
  })

  test('Jobs that expire or are lost with their worker end their slots too; a retry does not.', async (subject) => {
    const { store, clock } = subject
    await fire(subject, 1, newJob({ expiresAt: clock.now() + 10 }))
    await subject.advance(20)
    await subject.sweep()
    await fire(subject, 1)
    const claim = await subject.claimOne(await subject.register())
    await subject.settle(claim, subject.outcome.retry(0))
    expect(await jobEnds(store)).toEqual([{ state: 'failed', reason: 'expired', durationMs: null }, null])
  })

  test('A slot keeps it when retention removes the job, and the schedule keeps its last success.', async (subject) => {
    const { store, clock } = subject
    await fire(subject, 1)
    await subject.settle(await subject.claimOne(await subject.register()), subject.outcome.completed())
    const success = clock.now()
    await subject.advance(1_000)
    expect(await store.prune(retentionOf({ completedMs: 0 }), 10)).toBe(1)
    expect(await jobEnds(store)).toMatchObject([{ state: 'completed' }])
    expect(await schedule(store)).toMatchObject({ lastSuccessAt: success })
  })

  test('A failed job leaves the last success as it was.', async (subject) => {
    const { store, clock } = subject
    await fire(subject, 1)
    const worker = await subject.register()
    await subject.settle(await subject.claimOne(worker), subject.outcome.failed())
    expect(await schedule(store)).toMatchObject({ lastSuccessAt: null })
    await fire(subject, 1)
    await subject.settle(await subject.claimOne(worker), subject.outcome.completed())
    const success = clock.now()
    await subject.advance(1_000)
    await fire(subject, 1)
    await subject.settle(await subject.claimOne(worker), subject.outcome.failed())
    expect(await schedule(store)).toMatchObject({ lastSuccessAt: success })
    await store.putSchedules([newSchedule('s', { overlap: 'allow', priority: 5 } as never)])
    expect(await schedule(store)).toMatchObject({ lastSuccessAt: success })
  })

  test('A slot whose key finds a job that has ended has its end at once.', async (subject) => {
    const { store } = subject
    const key = { name: 'k', policy: 'skip', forMs: 1_000 } as const
    await fire(subject, 1, newJob({ key }))
    await subject.settle(await subject.claimOne(await subject.register()), subject.outcome.completed())
    await fire(subject, 1, newJob({ key }))
    const ends = await jobEnds(store)
    expect(ends).toMatchObject([{ state: 'completed' }, { state: 'completed' }])
    expect(await store.slots('s', { limit: 5, before: null })).toMatchObject([{ job: 'j1' }, { job: 'j1' }])
  })

  test('A schedule counts its slots by outcome for all time; a slot that waits is counted once it is decided.', async (subject) => {
    const { store } = subject
    await store.putSchedules([newSchedule('s', { overlap: 'queue' })])
    const found = await schedule(store)
    const at = found.decidedUntil
    const missed = dueSlot(at + 1, { outcome: 'missed' })
    await store.claimSlots(claimOf(found, [missed, dueSlot(at + 2), dueSlot(at + 3), dueSlot(at + 4)]))
    expect((await schedule(store)).slotTotals).toEqual({ missed: 1, fired: 1 })
    await store.cancel(['j1'])
    await store.fireWaiting({ name: 's', job: newJob() })
    await store.cancel(['j2'])
    await store.skipWaiting({ name: 's', reason: 'no' })
    expect((await schedule(store)).slotTotals).toEqual({ missed: 1, fired: 2, skipped: 1 })
    await subject.advance(1_000)
    await store.prune(retentionOf({ slotsMs: 0 }), 10)
    expect(await jobEnds(store)).toEqual([])
    expect((await schedule(store)).slotTotals).toEqual({ missed: 1, fired: 2, skipped: 1 })
    await store.dropSchedules(['s'])
    await store.putSchedules([newSchedule('s')])
    expect(await schedule(store)).toMatchObject({ slotTotals: {}, lastSuccessAt: null })
  })
})
