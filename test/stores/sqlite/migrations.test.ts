import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrations, unreleasedApplicationIds } from '../../../src/stores/sqlite/migrations.js'
import { folderOfTest, openRaw, openReader, openStore } from './open.js'

const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

/** A file that says whose it is and which version, with one table. */
function fileOf(application: number, version: number): string {
  const path = join(folderOfTest(), 'jobs.db')
  const db = new Database(path)
  db.pragma(`application_id = ${application}`)
  db.pragma(`user_version = ${version}`)
  db.exec('CREATE TABLE jobs (id INTEGER PRIMARY KEY)')
  db.close()
  return path
}

test('A file is made with the first version of the schema.', () => {
  const path = join(folderOfTest(), 'jobs.db')
  openStore(path)
  expect(migrations).toHaveLength(1)
  expect(openRaw(path).pragma('user_version', { simple: true })).toBe(1)
})

test.each(unreleasedApplicationIds.flatMap((id) => [1, 6, 10].map((version) => [id, version] as const)))(
  'A file of an unreleased program (%i, version %i) is refused as that, and is not touched.',
  (id, version) => {
    const path = fileOf(id, version)
    const before = hashOf(path)
    for (const open of [openStore, openReader]) {
      expect(() => open(path)).toThrow(
        expect.objectContaining({
          code: 'E_STORE_OLDER',
          message: expect.stringContaining('made by an older, unreleased version'),
          hint: expect.stringContaining('move its folder away'),
        }),
      )
    }
    expect(hashOf(path)).toBe(before)
  },
)
