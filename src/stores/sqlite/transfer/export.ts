import type Database from 'better-sqlite3'
import type { Clock } from '../../../domain/clock.js'
import type { StoreExport } from '../../transfer.js'
import { openForMove } from '../database.js'
import { storeError } from '../errors.js'
import { type WorkerRow, workerOfRow } from '../rows.js'
import { readMark, removeMark, writeMark } from './mark.js'
import { recordsOf } from './reader.js'

/** A file that is moved. `readonly`: it is only looked at. Throws StoreUnavailableError. */
export function openSqliteExport(path: string, clock: Clock, readonly: boolean): StoreExport {
  const db = openForMove(path, readonly)
  const identity = () => db.prepare('SELECT id FROM identity').pluck().get() as string
  const hasWorkers = () => db.prepare('SELECT 1 FROM workers').get() !== undefined
  return {
    records: () => recordsOf(db),
    mark: async () => readMark(db),
    identity: async () => identity(),
    workers: async () => {
      const rows = db.prepare('SELECT * FROM workers ORDER BY id').all() as WorkerRow[]
      return rows.map((row) => workerOfRow(row, clock))
    },
    seal: async (other) =>
      inTransaction(db, path, () => {
        if (readMark(db) !== null) return 'sealed'
        if (hasWorkers()) return 'busy'
        writeMark(db, { state: 'moving', other, identity: identity() })
        return 'sealed'
      }),
    markMoved: async () =>
      inTransaction(db, path, () => {
        const mark = readMark(db)
        if (mark !== null) writeMark(db, { ...mark, state: 'moved' })
      }),
    unseal: async () => inTransaction(db, path, () => removeMark(db)),
    close: async () => {
      db.close()
    },
  }
}

/** Waits for others that write, and says in plain words what keeps it from writing. */
export function inTransaction<T>(db: Database.Database, path: string, change: () => T): T {
  db.exec('PRAGMA busy_timeout = 10000')
  try {
    return db.transaction(change).immediate()
  } catch (thrown) {
    throw storeError(path, thrown)
  }
}
