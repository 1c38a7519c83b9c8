import type Database from 'better-sqlite3'
import type { Clock } from '../../domain/clock.js'
import type { WorkerInfo } from '../store.js'
import type { Upgrade } from '../store-file.js'
import { migrate, openForUpgrade, version } from './database.js'
import { storeError } from './errors.js'
import { migrations } from './migrations.js'
import { type WorkerRow, workerOfRow } from './rows.js'

/** As StoreFile has it; `steps` are all versions of the schema. */
export function upgrade(
  path: string,
  clock: Clock,
  blocking: (workers: readonly WorkerInfo[]) => readonly WorkerInfo[],
  steps: readonly string[] = migrations,
): Upgrade {
  const db = openForUpgrade(path)
  try {
    const from = version(db)
    const blockedBy = from === steps.length ? [] : beginning(db, steps, () => blocking(workersOf(db, clock)))
    if (blockedBy.length === 0) migrate(db, steps)
    return { from, to: version(db), blockedBy }
  } catch (thrown) {
    throw storeError(path, thrown)
  } finally {
    db.close()
  }
}

/** The look at the workers, and the end of their leases with the first step, are one: nobody can register in between. */
function beginning(
  db: Database.Database,
  steps: readonly string[],
  blocking: () => readonly WorkerInfo[],
): readonly WorkerInfo[] {
  return db
    .transaction(() => {
      const next = version(db)
      const sql = steps[next]
      if (sql === undefined) return [] // another process was faster
      const found = blocking()
      if (found.length > 0) return found
      if (hasWorkers(db)) db.exec(endLeases)
      db.exec(sql)
      db.exec(`PRAGMA user_version = ${next + 1}`)
      return []
    })
    .immediate()
}

// Every version of the schema must keep these columns of workers, and those that WorkerRow has.
const endLeases = `UPDATE workers SET lease_until = 0, processes = '[]'`

/** Ends the leases of all workers of a file, whatever its version. What they write then is refused. */
export function endAllLeases(path: string): void {
  const db = openForUpgrade(path)
  try {
    if (hasWorkers(db)) db.exec(endLeases)
  } finally {
    db.close()
  }
}

function workersOf(db: Database.Database, clock: Clock): readonly WorkerInfo[] {
  if (!hasWorkers(db)) return []
  return (db.prepare('SELECT * FROM workers ORDER BY id').all() as WorkerRow[]).map((row) => workerOfRow(row, clock))
}

/** A file without any table is one that nobody has used. */
function hasWorkers(db: Database.Database): boolean {
  return db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'workers'`).get() !== undefined
}
