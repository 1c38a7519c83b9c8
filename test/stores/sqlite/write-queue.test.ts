import { expect, onTestFinished, test } from 'vitest'
import { StoreUnavailableError } from '../../../src/domain/errors.js'
import { systemClock } from '../../../src/engine/clock.js'
import { checkpointAt, openForWriting } from '../../../src/stores/sqlite/database.js'
import { FileGuard } from '../../../src/stores/sqlite/file-guard.js'
import { WriteQueue } from '../../../src/stores/sqlite/write-queue.js'
import { newJob } from '../../support/job.js'
import { closedStore, folderOfTest, openRaw, openStore, storePath } from './open.js'

async function queueOnTable(patienceMs = 10_000) {
  const path = await closedStore()
  const db = openRaw(path)
  db.pragma('busy_timeout = 20')
  db.exec('CREATE TABLE numbers (value INTEGER NOT NULL CHECK (value < 100)) STRICT')
  let [commits, refusals] = [0, 0]
  const writes = new WriteQueue(
    db,
    { path, durability: 'full' },
    systemClock,
    { begin() {}, end() {}, committed: () => commits++, refused: () => refusals++ },
    new FileGuard(db, path, systemClock),
    patienceMs,
  )
  const insert = db.prepare('INSERT INTO numbers VALUES (?)')
  const add = (value: number) => writes.run(() => insert.run(value).changes)
  const values = () => db.prepare('SELECT value FROM numbers ORDER BY rowid').pluck().all()
  return { path, writes, insert, add, values, commits: () => commits, refusals: () => refusals }
}

test('Writes of one turn share a commit, and each gets its own answer.', async () => {
  const { add, values, commits } = await queueOnTable()
  expect(await Promise.all([add(1), add(2), add(3)])).toEqual([1, 1, 1])
  expect(values()).toEqual([1, 2, 3])
  expect(commits()).toBe(1)
})

test('A write that fails does not fail its neighbours of the same turn, and leaves nothing.', async () => {
  const { add, writes, values } = await queueOnTable()
  const throwing = () =>
    writes.run(() => {
      throw new Error('a bug')
    })
  const results = await Promise.allSettled([add(1), add(1_000), throwing(), add(2)])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
  expect(values()).toEqual([1, 2])
})

test('A write that fails half-way leaves nothing of its first half.', async () => {
  const { insert, writes, values } = await queueOnTable()
  await expect(writes.run(() => [5, 500].map((value) => insert.run(value)))).rejects.toThrow('CHECK')
  expect(values()).toEqual([])
})

test('The bad job of one call fails that call as a whole, and no other.', async () => {
  const store = openStore(storePath(folderOfTest()))
  const bad = store.enqueue([newJob({ task: 'mine' }), newJob({ priority: 1_000 })])
  const good = store.enqueue([newJob({ task: 'yours' })])
  await expect(bad).rejects.toThrow('CHECK')
  await good
  const { items } = await store.jobs({}, { limit: 10, after: null })
  expect(items.map(({ task }) => task)).toEqual(['yours'])
})

test('Draining waits for everything that was asked for.', async () => {
  const { add, writes, values } = await queueOnTable()
  const asked = [add(1), add(2)]
  await writes.drained()
  expect(values()).toEqual([1, 2])
  await Promise.all(asked)
})

test('A lock that is held for too long is given up on in plain words, for all writes of the turn at once.', async () => {
  const { path, add, refusals: refused } = await queueOnTable(300)
  openRaw(path).exec('BEGIN IMMEDIATE')
  const began = performance.now()
  const refusals = await Promise.allSettled(Array.from({ length: 30 }, (_, value) => add(value)))
  const tookMs = performance.now() - began
  for (const refusal of refusals) {
    const reason = refusal.status === 'rejected' ? refusal.reason : null
    expect(reason).toBeInstanceOf(StoreUnavailableError)
    expect(reason).toMatchObject({ message: expect.stringContaining('another process holds its lock') })
  }
  // One after another they would take thirty times as long.
  expect(tookMs).toBeLessThan(5_000)
  expect(refused()).toBe(1)
})

test('A lock that is free again in time refuses nothing.', async () => {
  const { path, add, values, refusals } = await queueOnTable()
  const other = openRaw(path)
  other.exec('BEGIN IMMEDIATE')
  const added = add(1)
  await systemClock.sleep(50)
  other.exec('COMMIT')
  await added
  expect([values(), refusals()]).toEqual([[1], 0])
})

test('Claims do not copy the WAL into the file; the writes after them do it for them.', async () => {
  const { path } = await queueOnTable()
  const db = openForWriting({ path, durability: 'full' })
  onTestFinished(() => void db.close())
  const around = { begin() {}, end() {}, committed() {}, refused() {} }
  const writes = new WriteQueue(
    db,
    { path, durability: 'full' },
    systemClock,
    around,
    new FileGuard(db, path, systemClock),
  )
  const settings = () => ['synchronous', 'wal_autocheckpoint'].map((name) => db.pragma(name, { simple: true }))
  const write = () => db.prepare('INSERT INTO numbers VALUES (1)').run()
  expect(settings()).toEqual([2, checkpointAt.others])
  await writes.runUnsynced(write)
  expect(settings()).toEqual([1, checkpointAt.others])
  await writes.run(write)
  expect(settings()).toEqual([2, checkpointAt.ends])
  expect(checkpointAt.ends).toBeLessThan(checkpointAt.others)
})
