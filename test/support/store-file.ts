import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect } from 'vitest'
import { findInconsistencies } from '../../src/stores/sqlite/consistency.js'
import type { CliProject } from './cli.js'

/** A job as its row tells it. */
export interface StoredJob {
  readonly id: string
  readonly task: string
  readonly state: string
  readonly attempt: number
  readonly result: string | null
  readonly failures: number
  readonly losses: number
  readonly worker: number | null
}

const own = '.offstage/jobs.db'

/** The file of a project's store. */
export const storeFile = (project: CliProject, store = own): string => project.path(store)

/** Reads the rows themselves, without opening the store as a program of ours would. */
export function storedJobs(project: CliProject, store = own): readonly StoredJob[] {
  return reading(storeFile(project, store), jobsIn)
}

/** How many jobs are in each state. */
export function countByState(project: CliProject): Readonly<Record<string, number>> {
  return reading(storeFile(project), (db) => {
    const rows = db.prepare('SELECT state, count(*) AS count FROM job_rows GROUP BY state').all()
    return Object.fromEntries((rows as { state: string; count: number }[]).map(({ state, count }) => [state, count]))
  })
}

export function expectIntact(project: CliProject, store = own): void {
  reading(storeFile(project, store), expectIntactFile)
}

export function jobsAfterCrash(project: CliProject): readonly StoredJob[] {
  return afterCrash(project, jobsIn)
}

/**
 * What a store holds that nobody has open, as a crash has left it. It is read from a copy: whoever opens the file itself
 * repairs it, and that is for the program under test to do.
 */
export function afterCrash<T>(project: CliProject, read: (db: Database.Database) => T): T {
  const copy = join(project.base, 'copy')
  mkdirSync(copy)
  try {
    // Without the -shm: what is in it is made anew from the WAL.
    for (const name of ['jobs.db', 'jobs.db-wal', 'jobs.db-journal'])
      if (existsSync(project.path(`.offstage/${name}`)))
        copyFileSync(project.path(`.offstage/${name}`), join(copy, name))
    return reading(join(copy, 'jobs.db'), (db) => {
      expectIntactFile(db)
      return read(db)
    })
  } finally {
    rmSync(copy, { recursive: true })
  }
}

function reading<T>(file: string, read: (db: Database.Database) => T): T {
  const db = new Database(file, { readonly: true, timeout: 10_000 })
  try {
    return read(db)
  } finally {
    db.close()
  }
}

// The CHECKs of the tables say what is legal in a row, and integrity_check tries them on every row.
function expectIntactFile(db: Database.Database): void {
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  if (hasTables(db)) expect(findInconsistencies(db)).toEqual([])
}

// A store that is killed while it is made may have none yet.
function hasTables(db: Database.Database): boolean {
  return db.pragma('user_version', { simple: true }) !== 0
}

function jobsIn(db: Database.Database): StoredJob[] {
  if (!hasTables(db)) return []
  const columns = 'task, state, attempt, result, failures, losses, worker'
  return db.prepare(`SELECT 'j' || id AS id, ${columns} FROM job_rows ORDER BY job_rows.id`).all() as StoredJob[]
}
