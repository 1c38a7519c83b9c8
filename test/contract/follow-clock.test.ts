import { expect } from 'vitest'
import type { ScheduleDefinition, StoredSchedule } from '../../src/domain/schedule/schedule.js'
import type { Store } from '../../src/stores/store.js'
import { newJob, newWorker, outcomesAt } from '../support/job.js'
import { claimOf, dueSlot, newSchedule } from '../support/schedule.js'
import { contract, type Subject } from './harness.js'

const dayMs = 86_400_000
const hourMs = 3_600_000

async function scheduled(store: Store, definition: Partial<ScheduleDefinition> = {}): Promise<StoredSchedule> {
  await store.putSchedules([newSchedule('s', { overlap: 'allow', ...definition })])
  return found(store)
}

async function found(store: Store): Promise<StoredSchedule> {
  const [schedule] = await store.schedules(['s'])
  if (schedule === undefined) throw new Error('it is not there')
  return schedule
}

/** Slots are decided while the clock is ahead, and then it is set back to where it was. */
async function ahead(
  { store, clock }: Subject,
  byMs: number,
  slots: (at: number) => readonly ReturnType<typeof dueSlot>[],
) {
  const begun = clock.now()
  clock.setWall(begun + byMs)
  await store.claimSlots(claimOf(await found(store), slots(begun)))
  clock.setWall(begun)
  return begun
}

/** Runs and completes all jobs. */
async function work({ store, clock }: Subject): Promise<void> {
  const worker = await store.register(newWorker(clock))
  const claims = await store.claim({ worker, queues: null, limit: 100 })
  await store.settle(claims.map(({ lease }) => ({ lease, outcome: outcomesAt(clock).completed() })))
}

contract('a clock that was ahead', (test) => {
  test('By more than a day: the schedule begins anew from now, and says so.', async (subject) => {
    const { store, clock } = subject
    const { revision } = await scheduled(store)
    const at = await ahead(subject, 10 * dayMs, (begun) => [dueSlot(begun + 10 * dayMs)])
    expect(await store.followClock()).toEqual([{ name: 's', until: at + 10 * dayMs }])
    const anew = await found(store)
    expect(anew).toMatchObject({ decidedUntil: at, clockAhead: { until: at + 10 * dayMs, setBackAt: clock.now() } })
    expect(anew.revision).toBeGreaterThan(revision)
    expect(await store.followClock()).toEqual([])
  })

  test('By less it stays as it is: what was decided does not fire twice.', async (subject) => {
    const { store } = subject
    await scheduled(store)
    const at = await ahead(subject, dayMs, (begun) => [dueSlot(begun + dayMs)])
    expect(await store.followClock()).toEqual([])
    expect(await found(store)).toMatchObject({ decidedUntil: at + dayMs, clockAhead: null })
  })

  test('What was decided ahead is decided again as it comes, unless its job is still there.', async (subject) => {
    const { store } = subject
    await scheduled(store)
    const at = await ahead(subject, 3 * dayMs, (begun) => [
      dueSlot(begun + 1 * hourMs, { through: begun + 5 * hourMs, count: 5, outcome: 'missed' }),
      dueSlot(begun + 6 * hourMs),
    ])
    await work(subject)
    const later = await ahead(subject, 3 * dayMs, (begun) => [dueSlot(begun + 7 * hourMs), dueSlot(begun + 3 * dayMs)])
    expect(later).toBe(at)
    expect(await found(store)).toMatchObject({ lastSlot: null })
    await store.followClock()
    await subject.advance(7 * hourMs)
    const slots = [1, 6, 7].map((hours) => dueSlot(at + hours * hourMs))
    const records = await store.claimSlots(claimOf(await found(store), slots))
    expect(records).toMatchObject([{ slot: at + 1 * hourMs }, { slot: at + 6 * hourMs }])
    expect(await found(store)).toMatchObject({ lastSlot: { slot: at + 7 * hourMs }, fired: 5 })
    const history = await store.slots('s', { limit: 10, before: null })
    expect(
      history.map(({ slot, through, outcome }) => [(slot - at) / hourMs, (through - at) / hourMs, outcome]),
    ).toEqual([
      [72, 72, 'fired'],
      [7, 7, 'fired'],
      [6, 6, 'fired'],
      [1, 1, 'fired'],
    ])
  })

  test('A clock that was wrong in between: it goes on where it was, and fires nothing twice.', async (subject) => {
    const { store, clock } = subject
    await scheduled(store)
    const at = await ahead(subject, 10 * dayMs, (begun) => [dueSlot(begun + 10 * dayMs)])
    await store.followClock()
    await store.noteScheduler()
    clock.setWall(at + 10 * dayMs + 1)
    expect(await store.followClock()).toEqual([])
    expect(await found(store)).toMatchObject({ decidedUntil: at + 10 * dayMs, clockAhead: null })
  })

  test('A clock that is right since then: times of an outage are decided when it is over.', async (subject) => {
    const { store } = subject
    await scheduled(store)
    const at = await ahead(subject, 3 * dayMs, (begun) => [dueSlot(begun + 3 * dayMs)])
    await work(subject)
    await store.followClock()
    await subject.advance(2 * dayMs + 12 * hourMs)
    await store.noteScheduler()
    await subject.advance(20 * hourMs)
    expect(await store.followClock()).toEqual([])
    expect(await found(store)).toMatchObject({ decidedUntil: at })
    await store.claimSlots(claimOf(await found(store), [dueSlot(at + 3 * dayMs, { outcome: 'late' })]))
    expect(await found(store)).toMatchObject({ lastSlot: { slot: at + 3 * dayMs, outcome: 'late' } })
  })

  test('Pauses, successes and the making of a schedule that are yet to come are of now.', async (subject) => {
    const { store, clock } = subject
    const begun = clock.now()
    clock.setWall(begun + hourMs)
    const { decidedUntil } = await scheduled(store)
    await store.claimSlots(claimOf(await found(store), [dueSlot(decidedUntil + 1)]))
    await work(subject)
    await store.pauseSchedules(['s'])
    clock.setWall(begun)
    expect(await found(store)).toMatchObject({ pausedAt: begun + hourMs, createdAt: begun + hourMs })
    expect(await store.followClock()).toEqual([])
    expect(await found(store)).toMatchObject({ pausedAt: begun, createdAt: begun, lastSuccessAt: begun })
  })

  test('A schedule of one time that has fired does not fire again.', async (subject) => {
    const { store, clock } = subject
    await scheduled(store, { timing: { kind: 'once', at: clock.now() + 5 * dayMs, tz: 'UTC' } })
    const at = await ahead(subject, 6 * dayMs, (begun) => [dueSlot(begun + 5 * dayMs, { outcome: 'late' })])
    expect(await store.followClock()).toEqual([])
    expect(await found(store)).toMatchObject({ decidedUntil: at + 5 * dayMs, fired: 1 })
  })

  test('Nobody is woken if no schedule changes.', async (subject) => {
    const { store } = subject
    await scheduled(store)
    const version = await store.schedulesVersion()
    expect(await store.followClock()).toEqual([])
    expect(await store.schedulesVersion()).toBe(version)
    expect(await store.claimSlots(claimOf(await found(store), [dueSlot(1)], { job: newJob() }))).toHaveLength(1)
  })
})
