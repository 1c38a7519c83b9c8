import { expect } from 'vitest'
import type { Store } from '../../src/stores/store.js'
import { newJob } from '../support/job.js'
import { claimOf, dueSlot, newSchedule } from '../support/schedule.js'
import { contract, type Subject } from './harness.js'

/** Prunes what is older than a time, of slots alone. */
const prune = (store: Store, slotsBefore: number | null, limit = 100) =>
  store.prune({ endedBefore: { completed: 0, cancelled: 0, failed: 0 }, statisticsBefore: null, slotsBefore, limit })

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
  test('Records of slots before a time go; one that stands for slots up to then or later stays.', async ({ store }) => {
    await store.putSchedules([newSchedule('s')])
    const { decidedUntil: at } = await found(store, 's')
    const missed = (from: number, through = from) =>
      dueSlot(at + from, { through: at + through, outcome: 'missed' as const })
    await claim(store, 's', [missed(1), missed(2, 3), missed(4, 6), missed(7)])
    const kept = await found(store, 's')
    await prune(store, null)
    expect(await slotsOf(store, 's', at)).toEqual([7, 4, 2, 1])
    expect(await prune(store, at + 6)).toBe(2)
    expect(await slotsOf(store, 's', at)).toEqual([7, 4])
    await prune(store, at + 8)
    expect(await slotsOf(store, 's', at)).toEqual([])
    expect(await found(store, 's')).toEqual({ ...kept, lastSlot: null })
  })

  test('The time of the newest slot that is too many is known, whatever schedule it is of.', async ({ store }) => {
    await store.putSchedules([newSchedule('s'), newSchedule('t')])
    const { decidedUntil: at } = await found(store, 's')
    const missed = (from: number) => dueSlot(at + from, { outcome: 'missed' as const })
    await claim(store, 's', [missed(1), missed(4)])
    await claim(store, 't', [missed(2), missed(3)])
    const times = await Promise.all([0, 1, 2, 3].map((newer) => store.endOfNewestSlot(newer)))
    expect(times.map((time) => (time ?? 0) - at)).toEqual([4, 3, 2, 1])
    expect(await store.endOfNewestSlot(4)).toBe(null)
  })

  test('The oldest go first, of whatever schedule, and no more than asked for.', async ({ store }) => {
    await store.putSchedules([newSchedule('s'), newSchedule('t')])
    const { decidedUntil: at } = await found(store, 's')
    const missed = (from: number) => dueSlot(at + from, { outcome: 'missed' as const })
    await claim(store, 's', [missed(1), missed(4)])
    await claim(store, 't', [missed(2), missed(3)])
    await store.dropSchedules(['t'])
    const both = async () => [await slotsOf(store, 's', at), await slotsOf(store, 't', at)]
    await prune(store, at + 100, 2)
    expect(await both()).toEqual([[4], [3]])
    await prune(store, at + 100, 1)
    expect(await both()).toEqual([[4], []])
  })

  test('A slot that waits stays, and one whose job has not ended: a later slot is held against it.', async ({
    store,
  }) => {
    await store.putSchedules([newSchedule('s', { overlap: 'queue' }), newSchedule('t')])
    const { decidedUntil: at } = await found(store, 's')
    await claim(store, 's', [dueSlot(at + 1), dueSlot(at + 2)])
    await prune(store, at + 100)
    expect(await slotsOf(store, 's', at)).toEqual([2, 1])
    await store.cancel(['j1'])
    await prune(store, at + 100)
    expect(await slotsOf(store, 's', at)).toEqual([2])
    expect(await store.fireWaiting({ name: 's', job: newJob() })).toMatchObject({ slot: at + 2 })
    await prune(store, at + 100)
    expect(await slotsOf(store, 's', at)).toEqual([2])
  })

  test('A schedule of one slot goes with it; before that, it stays, and so do all others.', async (subject) => {
    const { store } = subject
    const at = await once(store, subject.clock, 'once')
    await store.putSchedules([newSchedule('often')])
    await prune(store, at + 100)
    expect(await names(store)).toEqual(['often', 'once'])
    await claim(store, 'once', [dueSlot(at, { outcome: 'missed' })])
    const version = await store.schedulesVersion()
    await prune(store, at)
    expect(await names(store)).toEqual(['often', 'once'])
    expect(await store.schedulesVersion()).toBe(version)
    await prune(store, at + 1)
    expect([await names(store), await slotsOf(store, 'once', at)]).toEqual([['often'], []])
    expect(await store.schedulesVersion()).toBeGreaterThan(version)
  })

  test('A schedule of one slot stays while that waits.', async ({ store, clock }) => {
    const at = await once(store, clock, 'once', 'queue')
    await store.triggerSchedule({ name: 'once', job: newJob() })
    await claim(store, 'once', [dueSlot(at)])
    expect(await found(store, 'once')).toMatchObject({ waiting: 1 })
    await prune(store, at + 100)
    expect(await names(store)).toEqual(['once'])
    await store.cancel(['j1'])
    await store.fireWaiting({ name: 'once', job: newJob() })
    await prune(store, at + 100)
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
    await prune(store, before, 1)
    expect(await names(store)).toEqual(['a', 'b'])
    await prune(store, before, 1)
    expect(await names(store)).toEqual(['b'])
  })
})
