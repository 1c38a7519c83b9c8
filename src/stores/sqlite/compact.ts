import { realpathSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type Database from 'better-sqlite3'
import { StoreUnavailableError } from '../../domain/errors.js'
import { formatSize } from '../../domain/size.js'
import type { Compaction } from '../store-file.js'
import { openForWriting } from './database.js'
import { storeError } from './errors.js'

/** As StoreFile has it. `patienceMs`: how long it waits for a lock that others hold. */
export function compact(path: string, patienceMs = 10_000): Compaction {
  const db = openForWriting({ path, durability: 'full' })
  const real = realpathSync(path)
  try {
    const bytesBefore = bytesOf(real)
    refuseFullDisk(db, real)
    // Its temporary file belongs on the disk that was looked at. SQLite asks the environment when it makes it.
    process.env.SQLITE_TMPDIR = dirname(real)
    db.exec(`PRAGMA busy_timeout = ${patienceMs}`)
    // It is written to the WAL as a whole first: readers go on, and a kill changes nothing.
    db.exec('VACUUM')
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    return { bytesBefore, bytesAfter: bytesOf(real) }
  } catch (thrown) {
    throw storeError(path, thrown)
  } finally {
    db.close()
  }
}

function bytesOf(path: string): number {
  return [path, `${path}-wal`].reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0)
}

/** A copy of what is in use is written twice before the file becomes smaller: to a temporary file, and to the WAL. */
function refuseFullDisk(db: Database.Database, path: string): void {
  const pragma = (name: string) => Number(db.pragma(name, { simple: true }))
  const needed = 2 * (pragma('page_count') - pragma('freelist_count')) * pragma('page_size')
  const { bavail, bsize } = statfsSync(dirname(path))
  const free = bavail * bsize
  if (free >= needed) return
  throw new StoreUnavailableError(
    'E_STORE_UNAVAILABLE',
    `store ${path}: to compact it takes ${formatSize(needed)} of free space, and ${formatSize(free)} are free on ${dirname(path)}`,
    'free some space, or remove jobs first: offstage jobs prune; nothing was changed',
  )
}
