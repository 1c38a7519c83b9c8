import { realpathSync, statSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { StoreUnavailableError } from '../../domain/errors.js'
import { mayMakeFilesBeside, refuseUnreadable, refuseUnwritable } from './access.js'
import { connectByDriver } from './driver.js'
import { storeError } from './errors.js'
import { createStore, storeExists } from './files.js'
import { applicationId, migrations, unreleasedApplicationIds } from './migrations.js'
import { openReadOnlyCopy } from './read-only-copy.js'
import { markedVersions, markFault } from './transfer/mark.js'

/** `full`: every acknowledged write survives a power loss. `relaxed`: the last moments may not; a kill loses nothing. */
export type Durability = 'full' | 'relaxed'

export interface SqliteLocation {
  readonly path: string
  readonly durability: Durability
}

// A wait for a lock blocks the event loop, so it is short; the write queue tries again without blocking.
const busyTimeoutMs = 50

/** Opens the file for a command that writes: makes it if it is missing. */
export function openForWriting({ path, durability }: SqliteLocation): Database.Database {
  if (!storeExists(path)) createStore(path, (temporary) => migrate(configure(connect(temporary), 'full')).close())
  return guarded(path, () => {
    refuseUnwritable(path)
    openCurrent(path, connectToRead).close()
    return configured(path, durability)
  })
}

/** Opens a file of ours for the one that brings its schema up to date, whatever version it has. */
export function openForUpgrade(path: string): Database.Database {
  return guarded(path, () => {
    refuseUnwritable(path)
    connectToOwn(path, connectToRead).close()
    return configured(path, 'full')
  })
}

/** Opens a file for who moves a store: nobody else opens one that is marked. */
export function openForMove(path: string, readonly = false): Database.Database {
  return guarded(path, () => {
    if (!readonly) refuseUnwritable(path)
    const found = connectToOwn(path, connectOrCopy, true)
    const isOld = version(found) % markedVersions < migrations.length
    if (readonly && !isOld) return found
    found.close()
    if (isOld) throw olderFile(path)
    return configured(path, 'full')
  })
}

/** Opens the file for a command that only reads; null if there is no store yet. */
export function openForReading(path: string): Database.Database | null {
  if (!storeExists(path)) return null
  return guarded(path, () => openCurrent(path, connectOrCopy))
}

/** Opens a file of ours to read it, also one with an older schema. */
export function openOwn(path: string): Database.Database {
  return guarded(path, () => connectToOwn(path, connectOrCopy))
}

/** The version of the schema of a file of ours. */
export function schemaOf(path: string): number {
  const db = openOwn(path)
  try {
    return version(db)
  } finally {
    db.close()
  }
}

/** To read it. Another version of this program may be at work on an older file: only who is asked to changes its tables. */
function openCurrent(path: string, connectIt: Connect): Database.Database {
  const db = connectToOwn(path, connectIt)
  if (version(db) === migrations.length) return db
  db.close()
  throw olderFile(path)
}

function configured(path: string, durability: Durability): Database.Database {
  const db = connect(path)
  try {
    return configure(db, durability)
  } catch (thrown) {
    db.close()
    throw thrown
  }
}

/**
 * A connection that only reads, to a file that is ours and not newer than this program. One that may write would
 * checkpoint a WAL that others left behind when it is closed.
 */
function connectToOwn(path: string, connectIt: Connect, admitsMarked = false): Database.Database {
  refuseFolder(path)
  refuseUnreadable(path)
  const db = connectIt(path)
  try {
    refuseForeign(db, path)
    const fault = admitsMarked ? null : markFault(db, path)
    if (fault !== null) throw fault
    return db
  } catch (thrown) {
    db.close()
    throw thrown
  }
}

type Connect = (path: string) => Database.Database

function connectToRead(path: string): Database.Database {
  const db = connect(path, true)
  try {
    db.pragma('schema_version')
    return db
  } catch (thrown) {
    db.close()
    throw thrown
  }
}

/** Where a folder is read-only or its disk full, SQLite can read a store in it only as long as another process has it open. */
function connectOrCopy(path: string): Database.Database {
  try {
    return connectToRead(path)
  } catch (thrown) {
    const code = String((thrown as { readonly code?: unknown }).code)
    const isForbidden = /^SQLITE_(CANTOPEN|READONLY)/.test(code) && !mayMakeFilesBeside(realpathSync(path))
    if (!isForbidden && !/^SQLITE_(FULL|IOERR_SHMSIZE)$/.test(code)) throw thrown
    return openReadOnlyCopy(path)
  }
}

function guarded<T>(path: string, open: () => T): T {
  try {
    return open()
  } catch (thrown) {
    throw storeError(path, thrown)
  }
}

function refuseFolder(path: string): void {
  // SQLite would open a folder read-only, and then report a disk error.
  if (!statSync(path).isDirectory()) return
  throw new StoreUnavailableError('E_STORE_UNAVAILABLE', `store ${path}: it cannot be opened (it is a folder)`)
}

function connect(path: string, readonly = false): Database.Database {
  // Opening may meet the last moments of another process, which holds the file alone while it clears the WAL away.
  return connectByDriver(path, { readonly, fileMustExist: true, timeout: 5_000 })
}

/**
 * Pages in the WAL from which on a commit copies it into the file, which takes two fsyncs more. Where somebody waits for
 * the commit, at an enqueue or a claim, it comes late; a worker that stores ends does it before.
 */
export const checkpointAt = { ends: 1_000, others: 4_000 } as const

function configure(db: Database.Database, durability: Durability): Database.Database {
  db.exec('PRAGMA journal_mode = WAL')
  // After WAL, and on every connection: better-sqlite3 opens WAL files at NORMAL.
  db.exec(`PRAGMA synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`)
  db.exec(`PRAGMA wal_autocheckpoint = ${checkpointAt.others}`)
  db.exec('PRAGMA journal_size_limit = 67108864')
  db.exec('PRAGMA trusted_schema = OFF')
  db.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
  return db
}

function refuseForeign(db: Database.Database, path: string): void {
  const owner = db.pragma('application_id', { simple: true })
  if (unreleasedApplicationIds.includes(Number(owner))) {
    throw new StoreUnavailableError(
      'E_STORE_OLDER',
      `store ${path}: the file was made by an older, unreleased version of this program`,
      'move its folder away, or use another path, to begin with an empty store; this file was not touched',
    )
  }
  if (owner !== applicationId) {
    throw new StoreUnavailableError(
      'E_STORE_FOREIGN',
      `store ${path}: the file belongs to another program`,
      'use another path; this file was not touched',
    )
  }
  const schema = version(db) % markedVersions
  if (schema > migrations.length) {
    throw new StoreUnavailableError(
      'E_STORE_NEWER',
      `store ${path}: its schema is version ${schema}, this program knows up to ${migrations.length}`,
      'update offstage; the file was not touched',
    )
  }
}

function olderFile(path: string): StoreUnavailableError {
  return new StoreUnavailableError(
    'E_STORE_OLDER',
    `store ${path}: its schema is older than this program's`,
    'bring it up to date with "offstage store upgrade", which runs no jobs',
  )
}

export function version(db: Database.Database): number {
  return db.pragma('user_version', { simple: true }) as number
}

/** Each migration is one transaction: killed at any point, the file is at the old version or at the new one. */
export function migrate(db: Database.Database, steps: readonly string[] = migrations): Database.Database {
  while (version(db) < steps.length) {
    db.transaction(() => {
      const next = version(db)
      const sql = steps[next]
      if (sql === undefined) return // another process was faster
      if (next === 0) db.exec(`PRAGMA application_id = ${applicationId}`)
      db.exec(sql)
      db.exec(`PRAGMA user_version = ${next + 1}`)
    }).immediate()
  }
  return db
}
