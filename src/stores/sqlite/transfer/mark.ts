import type Database from 'better-sqlite3'
import type { StoreLostError } from '../../../domain/errors.js'
import { movedStore } from '../../moved.js'
import type { MoveMark } from '../../transfer.js'

/**
 * Added to the version of the schema while a store takes part in a move. Everybody looks at that version anyway: when opening,
 * and in each transaction that writes. Older programs find a version that they do not know.
 */
export const markedVersions = 1_000_000

export function readMark(db: Database.Database): MoveMark | null {
  if (schemaVersion(db) < markedVersions) return null
  return db.prepare('SELECT state, other, identity FROM move').get() as MoveMark
}

/** In a transaction. */
export function writeMark(db: Database.Database, { state, other, identity }: MoveMark): void {
  db.exec('CREATE TABLE IF NOT EXISTS move (state TEXT NOT NULL, other TEXT NOT NULL, identity TEXT NOT NULL) STRICT')
  db.exec('DELETE FROM move')
  db.prepare('INSERT INTO move (state, other, identity) VALUES (?, ?, ?)').run(state, other, identity)
  const version = schemaVersion(db)
  if (version < markedVersions) db.exec(`PRAGMA user_version = ${version + markedVersions}`)
}

/** In a transaction. */
export function removeMark(db: Database.Database): void {
  const version = schemaVersion(db)
  if (version < markedVersions) return
  db.exec('DROP TABLE move')
  db.exec(`PRAGMA user_version = ${version - markedVersions}`)
}

/** Why nobody uses this store; null if somebody may. */
export function markFault(db: Database.Database, path: string): StoreLostError | null {
  const mark = readMark(db)
  return mark === null ? null : movedStore(`store ${path}`, mark)
}

function schemaVersion(db: Database.Database): number {
  return db.pragma('user_version', { simple: true }) as number
}
