import { createHash } from 'node:crypto'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../../src/domain/errors.js'
import { closedStore, folderOfTest, openReader, openStore } from './open.js'

const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')
const openers = [openStore, openReader]

/** Both ways of opening are refused with `code`, and the file stays as it is. */
function expectRefused(path: string, code: string, words: string): void {
  const before = hashOf(path)
  for (const open of openers) {
    expect(() => open(path)).toThrow(StoreUnavailableError)
    expect(() => open(path)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(words) }))
  }
  expect(hashOf(path)).toBe(before)
}

function foreignDatabase(path: string, journal: 'DELETE' | 'WAL'): Database.Database {
  const db = new Database(path)
  db.pragma(`journal_mode = ${journal}`)
  db.exec('CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)')
  return db
}

describe('A file that is not ours', () => {
  test.each(['DELETE', 'WAL'] as const)(
    'A database of another program is not touched (journal mode %s).',
    (journal) => {
      const path = join(folderOfTest(), 'theirs.db')
      foreignDatabase(path, journal).close()
      expectRefused(path, 'E_STORE_FOREIGN', 'belongs to another program')
    },
  )

  test('Nor is one whose program was killed and left its last writes in the WAL.', () => {
    const folder = folderOfTest()
    const [path, copy] = [join(folder, 'theirs.db'), join(folder, 'copy.db')]
    const db = foreignDatabase(path, 'WAL')
    copyFileSync(path, copy)
    copyFileSync(`${path}-wal`, `${copy}-wal`)
    db.close()
    const wal = hashOf(`${copy}-wal`)
    expectRefused(copy, 'E_STORE_FOREIGN', 'belongs to another program')
    expect(hashOf(`${copy}-wal`)).toBe(wal)
  })

  test('A text file is not touched.', () => {
    const path = join(folderOfTest(), 'notes.txt')
    writeFileSync(path, 'Dear diary,\n'.repeat(1_000))
    expectRefused(path, 'E_STORE_UNAVAILABLE', 'no SQLite database')
  })

  test('Nor is one that is shorter than the head of a database.', () => {
    const path = join(folderOfTest(), 'notes.txt')
    writeFileSync(path, 'Dear diary')
    expectRefused(path, 'E_STORE_UNAVAILABLE', 'no SQLite database')
  })

  test('A store of a newer program is refused by its version, and not touched.', async () => {
    const path = await closedStore()
    const db = new Database(path)
    db.pragma('user_version = 999')
    db.close()
    expectRefused(path, 'E_STORE_NEWER', 'version 999')
  })
})
