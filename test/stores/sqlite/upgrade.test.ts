import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { applicationId, migrations } from '../../../src/stores/sqlite/migrations.js'
import { openSqliteStore } from '../../../src/stores/sqlite/store.js'
import { upgrade } from '../../../src/stores/sqlite/upgrade.js'
import type { WorkerInfo } from '../../../src/stores/store.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { newJob, newWorker } from '../../support/job.js'
import { folderOfTest, openRaw, openReader, openStore } from './open.js'

const clock = movableClock()
// As a later version of this program would have them.
const later = [...migrations, 'ALTER TABLE workers ADD COLUMN version TEXT', 'CREATE TABLE news (id INTEGER) STRICT']
const nobody = () => []
const everybody = (workers: readonly WorkerInfo[]) => workers

/** A file as this version leaves it, with a worker that has not ended and the job that it runs. */
async function olderFile(): Promise<string> {
  const path = join(folderOfTest(), 'jobs.db')
  const store = openSqliteStore({ path, durability: 'relaxed' }, clock)
  await store.enqueue([newJob(), newJob()])
  const worker = await store.register(newWorker(clock))
  await store.claim({ worker, queues: null, limit: 1 })
  await store.close()
  return path
}

const versionOf = (path: string) => openRaw(path).pragma('user_version', { simple: true })

test('A file becomes one of the newest version, with the jobs that it had.', async () => {
  const path = await olderFile()
  expect(upgrade(path, clock, nobody, later)).toEqual({ from: 1, to: 3, blockedBy: [] })
  expect(versionOf(path)).toBe(3)
  expect(openRaw(path).prepare('SELECT count(*) FROM jobs').pluck().get()).toBe(2)
  expect(openRaw(path).prepare('SELECT count(*) FROM running').pluck().get()).toBe(1) // nothing ran, nothing was handed back
})

test('A file that is up to date stays as it is, whoever works on it.', async () => {
  const path = await olderFile()
  expect(upgrade(path, clock, everybody)).toEqual({ from: 1, to: 1, blockedBy: [] })
  expect(openRaw(path).prepare('SELECT lease_until > 0 FROM workers').pluck().all()).toEqual([1])
})

test('Workers of an older version that are alive keep it from being changed, and are named.', async () => {
  const path = await olderFile()
  const { from, to, blockedBy } = upgrade(path, clock, everybody, later)
  expect([from, to]).toEqual([1, 1])
  expect(blockedBy).toMatchObject([{ id: 'w1', process: { pid: 4242 }, host: 'here', expired: false }])
  expect(versionOf(path)).toBe(1)
})

test('By force their leases end with the first step: what they write then is refused.', async () => {
  const path = await olderFile()
  const running = openStore(path, clock) // opened by the older version before
  expect(await running.beat('w1', { processes: [], rssBytes: null })).toBe(true)
  expect(upgrade(path, clock, nobody, later)).toMatchObject({ to: 3 })
  expect(openRaw(path).prepare('SELECT lease_until > 0 FROM workers').pluck().all()).toEqual([0])
  await expect(running.beat('w1', { processes: [], rssBytes: null })).rejects.toMatchObject({ code: 'E_STORE_NEWER' })
})

test('A step that fails leaves the version before it, and its rows.', async () => {
  const path = await olderFile()
  const faulty = [...later, 'CREATE TABLE jobs (id INTEGER)']
  expect(() => upgrade(path, clock, nobody, faulty)).toThrow('table jobs already exists')
  expect(versionOf(path)).toBe(3)
  expect(openRaw(path).prepare('SELECT count(*) FROM jobs').pluck().get()).toBe(2)
})

test('No other command changes the tables of an older file, and all name the one that does.', () => {
  const path = join(folderOfTest(), 'jobs.db')
  const db = new Database(path)
  db.pragma('journal_mode = WAL')
  db.pragma(`application_id = ${applicationId}`)
  db.close()
  const before = hashOf(path)
  for (const open of [openStore, openReader]) {
    expect(() => open(path)).toThrow(
      expect.objectContaining({ code: 'E_STORE_OLDER', hint: expect.stringContaining('"offstage store upgrade"') }),
    )
  }
  expect(hashOf(path)).toBe(before)
  expect(upgrade(path, clock, everybody)).toEqual({ from: 0, to: 1, blockedBy: [] })
  expect(openReader(path)).not.toBeNull()
})

function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
