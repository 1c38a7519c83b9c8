import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/engine/clock.js'
import { openForWriting } from '../../../src/stores/sqlite/database.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { newJob, newWorker } from '../../support/job.js'
import { closedStore, folderOfTest, openRaw, openReader, openStore, storePath } from './open.js'

// Nobody waits as long: a test that would, fails by its own time limit.
const forever = 3_600_000

describe('Two stores on one file', () => {
  test('See what the other has committed, and never give out a job twice.', async () => {
    const path = storePath(folderOfTest())
    const clock = movableClock()
    const [a, b] = [openStore(path, clock), openStore(path, clock)]
    await a.enqueue(Array.from({ length: 20 }, () => newJob()))
    expect((await b.jobs({}, { limit: 100, after: null })).items).toHaveLength(20)
    const claim = { queues: null, limit: 15 }
    const [first, second] = [await a.register(newWorker(clock)), await b.register(newWorker(clock))]
    const taken = await Promise.all([a.claim({ ...claim, worker: first }), b.claim({ ...claim, worker: second })])
    const ids = taken.flat().map(({ job }) => job.id)
    expect([ids.length, new Set(ids).size]).toEqual([20, 20])
  })

  test('Who waits on one is woken by a commit on the other.', async () => {
    const path = storePath(folderOfTest())
    const [a, b] = [openStore(path, systemClock), openStore(path)]
    const waiting = a.changes().next(forever)
    await b.enqueue([newJob()])
    await waiting
  })

  test('A commit on the other between the claim and the wait is not slept through.', async () => {
    const path = storePath(folderOfTest())
    const clock = movableClock()
    const [a, b] = [openStore(path, clock), openStore(path)]
    const worker = await a.register(newWorker(clock))
    const changes = a.changes()
    expect(await a.claim({ worker, queues: null, limit: 1 })).toEqual([])
    await b.enqueue([newJob()])
    await changes.next(forever)
    expect(await a.claim({ worker, queues: null, limit: 1 })).toHaveLength(1)
  })

  test('A reader sees what is written after it was opened.', async () => {
    const path = await closedStore()
    const reader = openReader(path)
    await openStore(path).enqueue([newJob()])
    expect((await reader?.queues())?.[0]?.counts.queued).toBe(1)
  })
})

describe('A lock that another connection holds', () => {
  test('Is waited for, and the event loop goes on meanwhile.', async () => {
    const path = await closedStore()
    const store = openStore(path, systemClock)
    const other = openRaw(path)
    other.exec('BEGIN IMMEDIATE')
    const asked = store.enqueue([newJob()])
    let maxGapMs = 0
    let last = performance.now()
    for (let ticks = 0; ticks < 10; ticks++) {
      await new Promise((resolve) => setImmediate(resolve))
      maxGapMs = Math.max(maxGapMs, performance.now() - last)
      last = performance.now()
      // Readers are never in the way of a writer.
      expect(await store.job('j1')).toBeNull()
    }
    other.exec('COMMIT')
    expect(await asked).toEqual([{ id: 'j1', answer: 'created' }])
    // 50 ms is the store's busy timeout; the rest is for a machine that is busy itself.
    expect(maxGapMs).toBeLessThan(1_000)
  })
})

describe('Durability', () => {
  test.each([
    ['full', 2],
    ['relaxed', 1],
  ] as const)('%s is PRAGMA synchronous %i, for a new file and for one that was there.', (durability, synchronous) => {
    const path = join(folderOfTest(), 'jobs.db')
    for (let time = 0; time < 2; time++) {
      const db = openForWriting({ path, durability })
      expect(db.pragma('synchronous', { simple: true })).toBe(synchronous)
      expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
      db.close()
    }
  })
})
