import { constants, copyFileSync, existsSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { StoreUnavailableError } from '../../domain/errors.js'
import { connectByDriver } from './driver.js'

const mostTries = 3

/**
 * A connection that reads a copy of a file in a folder in which nothing can be made, such as that of a snapshot. SQLite cannot
 * read such a file itself: its index of the WAL would be a new file there. No file of the copy stays.
 */
export function openReadOnlyCopy(path: string): Database.Database {
  const real = realpathSync(path)
  const folder = folderForCopy(path)
  try {
    const copy = join(folder, 'jobs.db')
    copyUnchanged(path, real, copy)
    const db = connectByDriver(copy, { readonly: true, fileMustExist: true })
    // From its first read it has all files open, and they need no names any more.
    db.pragma('schema_version')
    return db
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function folderForCopy(path: string): string {
  try {
    return mkdtempSync(join(tmpdir(), 'offstage-read-'))
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException
    throw new StoreUnavailableError(
      'E_STORE_UNAVAILABLE',
      `store ${path}: its folder is read-only, and a copy to read cannot be made in ${tmpdir()} (${code})`,
      'set TMPDIR to a folder with some space',
    )
  }
}

/** The owner of the folder may be at work: what changes while it is copied is copied again. */
function copyUnchanged(path: string, real: string, copy: string): void {
  for (let tries = 0; tries < mostTries; tries++) {
    const before = stateOf(real)
    for (const end of ['', '-wal']) {
      rmSync(`${copy}${end}`, { force: true })
      if (existsSync(`${real}${end}`)) copyFileSync(`${real}${end}`, `${copy}${end}`, constants.COPYFILE_FICLONE)
    }
    if (stateOf(real) === before) return
  }
  throw new StoreUnavailableError(
    'E_STORE_UNAVAILABLE',
    `store ${path}: its folder cannot be written, and the file changes while it is read`,
    'run the command as the user of its workers',
  )
}

function stateOf(real: string): string {
  return [real, `${real}-wal`]
    .map((file) => statSync(file, { throwIfNoEntry: false }))
    .map((stat) => (stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`))
    .join()
}
