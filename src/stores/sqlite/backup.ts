import { existsSync, statSync } from 'node:fs'
import type Database from 'better-sqlite3'
import type { Clock } from '../../domain/clock.js'
import type { JobState } from '../../domain/job.js'
import type { Store } from '../store.js'
import type { Backup, BackupTarget } from '../store-file.js'
import { openForUpgrade, openOwn, schemaOf } from './database.js'
import { storeError } from './errors.js'
import { migrations } from './migrations.js'
import { checkTarget, placeFile, refuseRests } from './placed-file.js'
import { openSqliteStore } from './store.js'
import { endAllLeases } from './upgrade.js'

// 4 MB: between two steps the event loop looks at signals. Writers do not wait for any of it.
const pagesAtOnce = 1_000

/** As StoreFile has it. */
export async function backUp(path: string, target: BackupTarget, clock: Clock, signal: AbortSignal): Promise<Backup> {
  checkTarget(target, path)
  if (target.replaces && existsSync(target.path)) cleared(target.path)
  refuseRests(target.path)
  return placeFile(target, async (temporary) => {
    const at = await copyPages(path, temporary, clock, signal)
    const ended = await endWorkers(temporary, clock)
    signal.throwIfAborted()
    return { bytes: statSync(temporary).size, at, ...ended }
  })
}

/** Who only reads a store leaves its WAL there. Who may write takes it away, if nobody else has the file open. */
function cleared(path: string): void {
  try {
    openForUpgrade(path).close()
  } catch {} // it is no store: then nothing of one is beside it, or it is refused for that
}

/**
 * Copies the pages of one moment. A transaction that reads is open meanwhile: without it SQLite begins anew whenever
 * another process writes, and never comes to an end beside busy workers. Only the WAL grows until it is done.
 */
async function copyPages(path: string, temporary: string, clock: Clock, signal: AbortSignal): Promise<number> {
  const source = openOwn(path)
  try {
    reading(path, source, () => {
      source.exec('BEGIN')
      source.prepare('SELECT count(*) FROM sqlite_schema').get()
    })
    const at = clock.now()
    await source.backup(temporary, {
      progress: () => {
        signal.throwIfAborted()
        return pagesAtOnce
      },
    })
    return at
  } finally {
    source.close()
  }
}

function reading(path: string, source: Database.Database, read: () => void): void {
  try {
    read()
  } catch (thrown) {
    source.close()
    throw storeError(path, thrown)
  }
}

/**
 * Removes the workers from a copy. They go on with the store itself: whoever opens the copy must neither wait for them
 * nor end their task processes as those of dead workers.
 */
async function endWorkers(copy: string, clock: Clock): Promise<Pick<Backup, 'requeued' | 'lost'>> {
  if (schemaOf(copy) < migrations.length) {
    endAllLeases(copy)
    return { requeued: 0, lost: 0 }
  }
  const store = openSqliteStore({ path: copy, durability: 'full' }, clock)
  try {
    const before = await counted(store)
    for (const { id } of await store.workers()) await store.deregister(id)
    const after = await counted(store)
    const lost = after.failed - before.failed
    const cancelled = after.cancelled - before.cancelled
    return { requeued: Math.max(0, before.running - lost - cancelled), lost }
  } finally {
    await store.close()
  }
}

/** How many jobs are in which state. */
async function counted(store: Store): Promise<Readonly<Record<'running' | 'failed' | 'cancelled', number>>> {
  const queues = await store.queues()
  const sum = (state: JobState) => queues.reduce((total, { counts }) => total + counts[state], 0)
  return { running: sum('running'), failed: sum('failed'), cancelled: sum('cancelled') }
}
