import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { applicationId, migrations } from '../../../src/stores/sqlite/migrations.js'
import { movableClock } from '../../support/clock.js'
import { newWorker } from '../../support/job.js'
import { newSchedule } from '../../support/schedule.js'
import { folderOfTest, openRaw, openReader, openStore } from './open.js'

/** A file as a program with the first `version` migrations left it, with a job that waits and one that has ended. */
function olderFile(version: number): string {
  const path = join(folderOfTest(), 'jobs.db')
  const db = new Database(path)
  db.pragma('journal_mode = WAL')
  db.pragma(`application_id = ${applicationId}`)
  for (const sql of migrations.slice(0, version)) db.exec(sql)
  db.pragma(`user_version = ${version}`)
  db.exec(`INSERT INTO jobs (task, queue, state, priority, args, created_at, due_at, max_retries, ended_at, result)
    VALUES ('t', 'q', 'queued', 0, '[]', 1, 1, 0, NULL, NULL), ('t', 'q', 'completed', 0, '[]', 1, 1, 0, 2, 'null')`)
  db.close()
  return path
}

const versions = migrations.slice(1).map((_, index) => index + 1)

test.each(versions)('A file of schema %i is brought up to date with all its jobs, and goes on.', async (version) => {
  const path = olderFile(version)
  expect(() => openReader(path)).toThrow(expect.objectContaining({ code: 'E_STORE_OLDER' }))
  const clock = movableClock()
  const store = openStore(path, clock)
  expect(await store.job('j1')).toMatchObject({ state: 'queued', task: 't', schedule: null })
  expect(await store.job('j2')).toMatchObject({ state: 'completed', resultJson: 'null', schedule: null })
  expect([await store.schedules(), await store.schedulesVersion(), await store.noteScheduler()]).toEqual([[], 0, null])
  const worker = await store.register(newWorker(clock))
  const [claim] = await store.claim({ worker, queues: null, limit: 5 })
  expect(claim?.job).toMatchObject({ id: 'j1', slot: null })
  expect(await store.putSchedules([newSchedule('s')])).toEqual(['added'])
  const db = openRaw(path)
  expect(db.pragma('user_version', { simple: true })).toBe(migrations.length)
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
})

test('An older file gets the very schema that a new one has.', () => {
  const schemaOf = (path: string) =>
    openRaw(path)
      .prepare("SELECT type, name, sql FROM sqlite_schema WHERE name <> 'sqlite_sequence' ORDER BY name")
      .all()
  const fresh = join(folderOfTest(), 'fresh.db')
  openStore(fresh)
  for (const version of versions) {
    const older = olderFile(version)
    openStore(older)
    expect(schemaOf(older)).toEqual(schemaOf(fresh))
  }
})

test('What was found by ANALYZE is forgotten: plans are made for jobs that come and go.', () => {
  const path = olderFile(6)
  const db = new Database(path)
  db.exec('ANALYZE')
  db.close()
  openStore(path)
  expect(openRaw(path).prepare("SELECT name FROM sqlite_schema WHERE name LIKE 'sqlite_stat%'").all()).toEqual([])
})
