import { constants, copyFileSync, existsSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { StoreLostError, StoreUnavailableError } from '../../domain/errors.js'
import { connectByDriver } from './driver.js'

const mostTries = 3

/** What each copy was made of, and what that was like. */
const originals = new WeakMap<
  Database.Database,
  { readonly path: string; readonly real: string; readonly state: string }
>()

/**
 * A connection that reads a copy of a file in a folder in which nothing can be made, as in a snapshot or on a full disk. SQLite cannot
 * read such a file itself: its index of the WAL would be a new file there. No file of the copy stays.
 */
export function openReadOnlyCopy(path: string): Database.Database {
  let refused: unknown
  for (const place of places()) {
    try {
      return openCopyIn(place, path)
    } catch (thrown) {
      if (!isOfPlace(thrown)) throw thrown
      refused ??= thrown
    }
  }
  const { code } = refused as NodeJS.ErrnoException
  throw new StoreUnavailableError(
    'E_STORE_UNAVAILABLE',
    `store ${path}: no file can be made beside it, and a copy to read cannot be made in ${tmpdir()} (${code})`,
    'set TMPDIR to a folder with some space',
  )
}

/** Whether a place for the copy is what is wrong, and neither the store nor what is in it. */
function isOfPlace(thrown: unknown): boolean {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  return /^(ENOSPC|EDQUOT|EROFS|EACCES|EPERM|ENOENT|ENOTDIR|SQLITE_FULL|SQLITE_CANTOPEN|SQLITE_IOERR_SHMSIZE)$/.test(
    code,
  )
}

/** The second one is memory, where the system has it: the first may be on the same full disk. */
function places(): readonly string[] {
  return [tmpdir(), '/dev/shm']
}

function openCopyIn(place: string, path: string): Database.Database {
  const real = realpathSync(path)
  const folder = mkdtempSync(join(place, 'offstage-read-'))
  try {
    const copy = join(folder, 'jobs.db')
    const state = copyUnchanged(path, real, copy)
    const db = connectByDriver(copy, { readonly: true, fileMustExist: true })
    // From its first read it has all files open, and they need no names any more.
    db.pragma('schema_version')
    originals.set(db, { path, real, state })
    return db
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Throws StoreLostError if the connection reads a copy of a file that has changed: who follows a job would wait for ever. */
export function refuseOldCopy(db: Database.Database): void {
  const original = originals.get(db)
  if (original === undefined || stateOf(original.real) === original.state) return
  throw new StoreLostError(
    'E_STORE_UNAVAILABLE',
    `store ${original.path}: no file can be made beside it, so a copy was read, and the store has changed since`,
    'run the command again, or as the user of its workers',
  )
}

/** The owner of the folder may be at work: what changes while it is copied is copied again. Returns the state of what was copied. */
function copyUnchanged(path: string, real: string, copy: string): string {
  for (let tries = 0; tries < mostTries; tries++) {
    const before = stateOf(real)
    for (const end of ['', '-wal']) {
      rmSync(`${copy}${end}`, { force: true })
      if (existsSync(`${real}${end}`)) copyFileSync(`${real}${end}`, `${copy}${end}`, constants.COPYFILE_FICLONE)
    }
    if (stateOf(real) === before) return before
  }
  throw new StoreUnavailableError(
    'E_STORE_UNAVAILABLE',
    `store ${path}: no file can be made beside it, and it changes while it is read`,
    'run the command as the user of its workers',
  )
}

function stateOf(real: string): string {
  return [real, `${real}-wal`]
    .map((file) => statSync(file, { throwIfNoEntry: false }))
    .map((stat) => (stat === undefined ? '' : `${stat.ino} ${stat.size} ${stat.mtimeMs}`))
    .join()
}
