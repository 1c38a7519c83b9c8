import { copyFileSync, existsSync, readdirSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openReadOnlyCopy, refuseOldCopy } from '../../../src/stores/sqlite/read-only-copy.js'
import { newJob } from '../../support/job.js'
import { closedStore, folderOfTest, openStore } from './open.js'

test('A copy to read has what is only in the WAL yet, and leaves no file anywhere.', async () => {
  const [folder, snapshot] = [folderOfTest(), folderOfTest()]
  const store = openStore(join(folder, 'jobs.db'))
  await store.enqueue([newJob(), newJob()])
  // As a snapshot of a disk has them: without the index in -shm.
  for (const name of ['jobs.db', 'jobs.db-wal']) copyFileSync(join(folder, name), join(snapshot, name))
  const db = openReadOnlyCopy(join(snapshot, 'jobs.db'))
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('offstage-read-'))).toEqual([])
  expect(db.prepare('SELECT count(*) FROM jobs').pluck().get()).toBe(2)
  expect(db.prepare('SELECT count(*) FROM ready').pluck().get()).toBe(2)
  db.close()
  expect(readdirSync(snapshot).sort()).toEqual(['jobs.db', 'jobs.db-wal'])
})

test('A copy is refused once its file has changed: who waits for a job in it would wait for ever.', async () => {
  const path = join(folderOfTest(), 'jobs.db')
  const store = openStore(path)
  await store.enqueue([newJob()])
  const db = openReadOnlyCopy(path)
  expect(() => refuseOldCopy(db)).not.toThrow()
  await store.enqueue([newJob()])
  expect(() => refuseOldCopy(db)).toThrow(/a copy was read, and the store has changed since/)
  db.close()
})

test.skipIf(!existsSync('/dev/shm'))(
  'Where the folder for temporary files has no room, the copy is in memory.',
  async () => {
    const path = join(folderOfTest(), 'jobs.db')
    const store = openStore(path)
    await store.enqueue([newJob()])
    const before = process.env.TMPDIR
    process.env.TMPDIR = join(folderOfTest(), 'not-there')
    onTestFinished(() => {
      if (before === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = before
    })
    const db = openReadOnlyCopy(path)
    expect(db.prepare('SELECT count(*) FROM jobs').pluck().get()).toBe(1)
    db.close()
    expect(readdirSync('/dev/shm').filter((name) => name.startsWith('offstage-read-'))).toEqual([])
  },
)

test('A store that is damaged is told as that, and not as a place without room.', async () => {
  const path = await closedStore()
  truncateSync(path, 8_192)
  expect(() => openReadOnlyCopy(path).prepare('SELECT count(*) FROM jobs').get()).toThrow(
    expect.objectContaining({ code: expect.stringMatching(/^SQLITE_(CORRUPT|NOTADB)/) }),
  )
})
