import { describe, expect, test } from 'vitest'
import { scheduleTexts } from '../../../src/stores/sqlite/schedule-statements.js'
import { newJob } from '../../support/job.js'
import { claimOf, dueSlot, newSchedule } from '../../support/schedule.js'
import { closedStore, folderOfTest, openRaw, openReader, openStore, storePath } from './open.js'

/** A store with a schedule `s`, and what a scheduler knows of it. */
async function scheduled(overlap: 'skip' | 'queue' = 'skip') {
  const path = storePath(folderOfTest())
  const store = openStore(path)
  await store.putSchedules([newSchedule('s', { overlap })])
  const [schedule] = await store.schedules()
  if (schedule === undefined) throw new Error('it is not there')
  return { path, store, schedule, at: schedule.decidedUntil }
}

describe('Schedulers on one file', () => {
  test('Of two that claim the same slots at once, one gets them and the other is stale.', async () => {
    const { path, store, schedule, at } = await scheduled()
    const other = openStore(path)
    for (let round = 1; round <= 20; round++) {
      const request = claimOf({ ...schedule, decidedUntil: at + round - 1 }, [dueSlot(at + round)])
      const answers = await Promise.all([store.claimSlots(request), other.claimSlots(request)])
      expect(answers.filter((answer) => answer === 'stale')).toHaveLength(1)
    }
    expect(await store.slots('s', { limit: 100, before: null })).toHaveLength(20)
    expect((await store.jobs({}, { limit: 100, after: null })).items).toHaveLength(1)
  })

  test('Of two that fire what waits, one does.', async () => {
    const { path, store, schedule, at } = await scheduled('queue')
    const other = openStore(path)
    await store.claimSlots(claimOf(schedule, [dueSlot(at + 1), dueSlot(at + 2), dueSlot(at + 3)]))
    await store.cancel(['j1'])
    const request = { name: 's', job: newJob() }
    const answers = await Promise.all([store.fireWaiting(request), other.fireWaiting(request)])
    expect(answers.filter((answer) => answer === null)).toHaveLength(1)
    expect((await store.schedules())[0]).toMatchObject({ fired: 2, waiting: 1 })
  })

  test('One that comes late, or finds what waits blocked, is answered while another process holds the lock.', async () => {
    const { path, store, schedule, at } = await scheduled('queue')
    const request = claimOf(schedule, [dueSlot(at + 1), dueSlot(at + 2)])
    await store.claimSlots(request)
    const other = openRaw(path)
    other.exec('BEGIN IMMEDIATE')
    expect(await store.claimSlots(request)).toBe('stale')
    expect(await store.fireWaiting({ name: 's', job: newJob() })).toBe(null)
    expect(await store.waitingSchedules()).toEqual([])
    other.exec('COMMIT')
  })

  test('A claim that fails takes nothing with it: neither jobs nor records.', async () => {
    const { path, store, schedule, at } = await scheduled()
    openRaw(path).exec(`CREATE TRIGGER refuse BEFORE INSERT ON slots WHEN new.outcome = 'missed'
      BEGIN SELECT raise(ABORT, 'refused'); END`)
    const slots = [dueSlot(at + 1), dueSlot(at + 2, { outcome: 'missed' })]
    await expect(store.claimSlots(claimOf(schedule, slots))).rejects.toThrow('refused')
    expect(await store.slots('s', { limit: 100, before: null })).toEqual([])
    expect(await store.job('j1')).toBe(null)
    expect(await store.schedules()).toEqual([schedule])
  })

  test('Reading needs no more than a reader.', async () => {
    const { path, schedule } = await scheduled()
    const reader = openReader(path)
    expect(await reader?.schedules()).toEqual([schedule])
    expect(await reader?.slots('s', { limit: 1, before: null })).toEqual([])
    expect(await reader?.waitingSchedules()).toEqual([])
    expect(await reader?.schedulesVersion()).toBe(schedule.revision)
  })
})

describe('Jobs of slots', () => {
  test('Are open until their job ends.', async () => {
    const { path, store, schedule, at } = await scheduled()
    await store.claimSlots(claimOf(schedule, [dueSlot(at + 1)]))
    const db = openRaw(path)
    const open = () => db.prepare('SELECT slot - ? AS slot FROM slots WHERE open = 1').pluck().all(at)
    expect(open()).toEqual([1])
    await store.cancel(['j1'])
    expect(open()).toEqual([])
    await store.claimSlots(claimOf({ ...schedule, decidedUntil: at + 1 }, [dueSlot(at + 2)]))
    expect(open()).toEqual([2])
  })

  test.each(['unendedJobs', 'countWaiting', 'skipWaiting', 'slotToFire', 'anySlotBefore'] as const)(
    'Are found without reading through all records: %s.',
    async (name) => {
      const db = openRaw(await closedStore())
      const text = scheduleTexts[name]
      const values = text.includes('?') ? ['s'] : [{ name: 's', before: 1, now: 1, reason: '', count: 1 }]
      const plan = db.prepare(`EXPLAIN QUERY PLAN ${text}`).all(...values) as { detail: string }[]
      const steps = plan.map(({ detail }) => detail).filter((detail) => / slots /.test(detail))
      expect(steps.length).toBeGreaterThan(0)
      for (const step of steps)
        expect(step).toMatch(/^SEARCH slots USING (COVERING )?INDEX slots_(open|waiting|through) /)
    },
  )
})

describe('What the file refuses of slots and schedules', () => {
  const fine = { schedule: 's', slot: 1, through: 1, outcome: 'fired', job: 1, late_ms: 0, open: 1 }

  test.each([
    ['an outcome that is none', { outcome: 'lost' }],
    ['a fired slot without a job', { job: null, open: 0 }],
    ['a job of a slot that did not fire', { outcome: 'skipped' }],
    ['an open slot without a job', { outcome: 'waiting', job: null }],
    ['a slot that ends before it begins', { through: 0 }],
    ['a second outcome of a slot', {}],
  ])('It refuses %s.', async (_, changes) => {
    const db = openRaw(await closedStore())
    const insert = db.prepare(`INSERT INTO slots (schedule, slot, through, outcome, job, late_ms, open)
      VALUES (:schedule, :slot, :through, :outcome, :job, :late_ms, :open)`)
    insert.run({ ...fine, slot: 2, through: 2 })
    const second = Object.keys(changes).length === 0 ? { slot: 2, through: 2 } : changes
    expect(() => insert.run({ ...fine, ...second })).toThrow(/constraint failed/)
  })

  test.each([
    ['a schedule with neither plan nor fault', null, null],
    ['a schedule with both', '{}', 'no such zone'],
  ])('It refuses %s.', async (_, plan, fault) => {
    const db = openRaw(await closedStore())
    const insert =
      db.prepare(`INSERT INTO schedules (name, source, task, plan, fault, revision, created_at, decided_until, fired)
      VALUES ('s', 'cli', 't', ?, ?, 1, 0, 0, 0)`)
    expect(() => insert.run(plan, fault)).toThrow(/constraint failed/)
  })
})
