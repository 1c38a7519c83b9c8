import { expect } from 'vitest'
import type { Store } from '../../src/stores/store.js'
import { newJob } from '../support/job.js'
import { retentionOf } from '../support/retention.js'
import { claimOf, dueSlot, newSchedule } from '../support/schedule.js'
import { contract, type Subject } from './harness.js'

/** Prunes what is older than a time, of slots alone. */
const prune = ({ store, clock }: Pick<Subject, 'store' | 'clock'>, slotsBefore: number | null, limit = 100) =>
  store.prune(retentionOf({ slotsMs: slotsBefore === null ? null : clock.now() - slotsBefore }), limit)

async function found(store: Store, name: string) {
  const schedule = (await store.schedules()).find((each) => each.name === name)
  if (schedule === undefined) throw new Error(`no schedule ${name}`)
  return schedule
}

async function claim(store: Store, name: string, slots: Parameters<typeof claimOf>[1]) {
  const records = await store.claimSlots(claimOf(await found(store, name), slots))
  if (records === 'stale') throw new Error('stale')
}

const slotsOf = async (store: Store, name: string, at: number) =>
  (await store.slots(name, { limit: 100, before: null })).map(({ slot }) => slot - at)
const names = async (store: Store) => (await store.schedules()).map(({ name }) => name)

/** A schedule of one slot, a moment from now; answers when. */
async function once(store: Store, clock: Subject['clock'], name: string, overlap: 'skip' | 'queue' = 'skip') {
  const at = clock.now() + 1
  await store.putSchedules([newSchedule(name, { overlap, timing: { kind: 'once', at, tz: 'UTC' } })])
  return at
}

contract('prune-slots', (test) => {
  test('Records of slots before a time go; one that stands for slots up to then or later stays.', async (subject) => {
    const { store } = subject
    await store.putSchedules([newSchedule('s')])
    const { decidedUntil: at } = await found(store, 's')
    const missed = (from: number, through = from) =>
      dueSlot(at + from, { through: at + through, outcome: 'missed' as const })
    await claim(store, 's', [missed(1), missed(2, 3), missed(4, 6), missed(7)])
    const kept = await found(store, 's')
    await prune(subject, null)
    expect(await slotsOf(store, 's', at)).toEqual([7, 4, 2, 1])
    expect(await prune(subject, at + 6)).toBe(2)
    expect(await slotsOf(store, 's', at)).toEqual([7, 4])
    await prune(subject, at + 8)
    expect(await slotsOf(store, 's', at)).toEqual([])
    expect(await found(store, 's')).toEqual({ ...kept, lastSlot: null })
  })

  test('No more records than the most stay, the newest, whatever schedule they are of.', async ({ store }) => {
    await store.putSchedules([newSchedule('s'), newSchedule('t')])
    const { decidedUntil: at } = await found(store, 's')
    const missed = (from: number) => dueSlot(at + from, { outcome: 'missed' as const })
    await claim(store, 's', [missed(1), missed(4)])
    await claim(store, 't', [missed(2), missed(3)])
    const both = async () => [await slotsOf(store, 's', at), await slotsOf(store, 't', at)]
    expect(await store.prune(retentionOf({ most: 4 }), 10)).toBe(0)
    expect(await store.prune(retentionOf({ most: 3 }), 10)).toBe(1)
    expect(await both()).toEqual([[4], [3, 2]])
    const one = retentionOf({ most: 1 })
    expect([await store.prune(one, 1), await store.prune(one, 1), await store.prune(one, 1)]).toEqual([1, 1, 0])
    expect(await both()).toEqual([[4], []])
  })

  test('The oldest go first, of whatever schedule, and no more than asked for.', async (subject) => {
    const { store } = subject
    await store.putSchedules([newSchedule('s'), newSchedule('t')])
    const { decidedUntil: at } = await found(store, 's')
    const missed = (from: number) => dueSlot(at + from, { outcome: 'missed' as const })
    await claim(store, 's', [missed(1), missed(4)])
    await claim(store, 't', [missed(2), missed(3)])
    await store.dropSchedules(['t'])
    const both = async () => [await slotsOf(store, 's', at), await slotsOf(store, 't', at)]
    await prune(subject, at + 100, 2)
    expect(await both()).toEqual([[4], [3]])
    await prune(subject, at + 100, 1)
    expect(await both()).toEqual([[4], []])
  })

  test('A slot that waits stays, and one whose job has not ended: a later slot is held against it.', async (subject) => {
    const { store } = subject
    await store.putSchedules([newSchedule('s', { overlap: 'queue' }), newSchedule('t')])
    const { decidedUntil: at } = await found(store, 's')
    await claim(store, 's', [dueSlot(at + 1), dueSlot(at + 2)])
    await prune(subject, at + 100)
    expect(await slotsOf(store, 's', at)).toEqual([2, 1])
    await store.cancel(['j1'])
    await prune(subject, at + 100)
    expect(await slotsOf(store, 's', at)).toEqual([2])
    expect(await store.fireWaiting({ name: 's', job: newJob() })).toMatchObject({ slot: at + 2 })
    await prune(subject, at + 100)
    expect(await slotsOf(store, 's', at)).toEqual([2])
  })

  test('A schedule of one slot goes with it; before that, it stays, and so do all others.', async (subject) => {
    const { store } = subject
    const at = await once(store, subject.clock, 'once')
    await store.putSchedules([newSchedule('often')])
    await prune(subject, at + 100)
    expect(await names(store)).toEqual(['often', 'once'])
    await claim(store, 'once', [dueSlot(at, { outcome: 'missed' })])
    const version = await store.schedulesVersion()
    await prune(subject, at)
    expect(await names(store)).toEqual(['often', 'once'])
    expect(await store.schedulesVersion()).toBe(version)
    await prune(subject, at + 1)
    expect([await names(store), await slotsOf(store, 'once', at)]).toEqual([['often'], []])
    expect(await store.schedulesVersion()).toBeGreaterThan(version)
  })

  test('A schedule of one slot stays while that waits.', async (subject) => {
    const { store, clock } = subject
    const at = await once(store, clock, 'once', 'queue')
    await store.triggerSchedule({ name: 'once', job: newJob() })
    await claim(store, 'once', [dueSlot(at)])
    expect(await found(store, 'once')).toMatchObject({ waiting: 1 })
    await prune(subject, at + 100)
    expect(await names(store)).toEqual(['once'])
    await store.cancel(['j1'])
    await store.fireWaiting({ name: 'once', job: newJob() })
    await prune(subject, at + 100)
    expect(await names(store)).toEqual([])
    expect(await slotsOf(store, 'once', at)).toEqual([0])
  })

  test('Schedules of one slot go the oldest first, and no more than asked for.', async (subject) => {
    const { store } = subject
    for (const name of ['c', 'a', 'b']) {
      const at = await once(store, subject.clock, name)
      await claim(store, name, [dueSlot(at, { outcome: 'missed' })])
      await subject.advance(10)
    }
    const before = subject.clock.now()
    await prune(subject, before, 1)
    expect(await names(store)).toEqual(['a', 'b'])
    await prune(subject, before, 1)
    expect(await names(store)).toEqual(['b'])
  })
})
