import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import type { Clock } from '../../../src/domain/clock.js'
import { openSqliteReader, openSqliteStore } from '../../../src/stores/sqlite/store.js'
import type { Store } from '../../../src/stores/store.js'
import { movableClock } from '../../../src/testing/test-clock.js'
import { temporaryFolder } from '../../support/folder.js'

/** A folder for the test that is running, removed when it is over. */
export function folderOfTest(): string {
  const folder = temporaryFolder()
  onTestFinished(() => folder.remove())
  return folder.path
}

/** Where a project in `folder` has its store. */
export function storePath(folder: string): string {
  return join(folder, '.offstage', 'jobs.db')
}

export function openStore(path: string, clock: Clock = movableClock()): Store {
  const store = openSqliteStore({ path, durability: 'relaxed' }, clock)
  onTestFinished(() => store.close())
  return store
}

export function openReader(path: string): Store | null {
  const store = openSqliteReader({ path, durability: 'relaxed' }, movableClock())
  if (store !== null) onTestFinished(() => store.close())
  return store
}

/** A connection past the store, to look at its file or to do it harm. */
export function openRaw(path: string): Database.Database {
  const db = new Database(path)
  onTestFinished(() => {
    db.close()
  })
  return db
}

/** A store that has been opened and closed again; where it is. */
export async function closedStore(folder = folderOfTest()): Promise<string> {
  const path = storePath(folder)
  await openSqliteStore({ path, durability: 'relaxed' }, movableClock()).close()
  return path
}

export function makeFolder(path: string): string {
  mkdirSync(path, { recursive: true })
  return path
}
