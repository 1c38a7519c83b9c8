import { join } from 'node:path'
import Database from 'better-sqlite3'
import { plainTaskDefaults } from '../src/domain/request.js'
import { elapsedMs, type Measurement } from './measure.js'
import type { JobCounts } from './queue-measurements.js'
import { type Work, works } from './systems/system.js'

// The least table that a queue can do with, and its statements, written out here: whatever becomes of the schema and the
// statements of the engine, the floor stays.
const waiting = 0
const running = 1
const completed = 2
const minimalTable = `
  CREATE TABLE jobs (
    id         INTEGER PRIMARY KEY,
    task       TEXT    NOT NULL,
    queue      TEXT    NOT NULL,
    state      INTEGER NOT NULL,
    priority   INTEGER NOT NULL,
    args       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    attempt    INTEGER NOT NULL DEFAULT 0,
    worker     INTEGER,
    started_at INTEGER,
    ended_at   INTEGER,
    result     TEXT
  );
  CREATE INDEX jobs_ready ON jobs (queue, priority DESC, id) WHERE state = ${waiting};`
const insertSql = `
  INSERT INTO jobs (task, queue, state, priority, args, created_at) VALUES (?, ?, ${waiting}, ?, ?, ?)`
const claimSql = `
  UPDATE jobs SET state = ${running}, attempt = attempt + 1, worker = ?, started_at = ?
  WHERE id IN (SELECT id FROM jobs WHERE state = ${waiting} AND queue = ? ORDER BY priority DESC, id LIMIT ?)
  RETURNING id, attempt, task, args`
const completeSql = `
  UPDATE jobs SET state = ${completed}, result = ?, ended_at = ?
  WHERE id = ? AND attempt = ? AND worker = ? AND state = ${running}`

const worker = 1

interface ClaimedRow {
  readonly id: number
  readonly attempt: number
}

/** What the loops do with one job; each answers after its own statements only, the transaction is the loop's. */
interface Operations {
  insert(n: number): void
  claim(limit: number): readonly ClaimedRow[]
  complete(row: ClaimedRow): void
}

/** SQLite by itself at what is nearest to this work: prepared statements in plain loops, each batch one transaction. */
export function rawOf(work: Work, { singly, batched, drainedWarm }: JobCounts): Measurement[] {
  const insert = (size: number, jobs: number) => measurement('insert', work, size, jobs, insertion(size))
  const complete = (size: number, jobs: number) => measurement('complete', work, size, jobs, completion(size))
  switch (work) {
    case 'enqueue.singly':
      return [insert(1, singly)]
    case 'enqueue.in-flight':
      return [insert(100, batched)]
    case 'enqueue.bulk':
      return [insert(1_000, batched)]
    case 'drain.warm':
      return [complete(100, drainedWarm), complete(1_000, drainedWarm)]
    default:
      return []
  }
}

function measurement(what: 'insert' | 'complete', work: Work, size: number, jobs: number, run: Measurement['run']) {
  const batch = size === 1 ? 'singly' : `${size.toLocaleString('en')} a batch`
  return { id: `raw.${what}.${size}`, work: works[work], which: `SQLite by itself, ${batch}`, jobs, warmsUp: true, run }
}

function insertion(size: number): Measurement['run'] {
  return (folder, count) =>
    withDatabase(folder, (db) => {
      const { insert } = plainOperations(db)
      return elapsedMs(() => insertAll(db, insert, size, count))
    })
}

/** What a worker does to a job: it takes it, and later says how it ended. */
function completion(size: number): Measurement['run'] {
  return (folder, count) =>
    withDatabase(folder, (db) => {
      const { insert, claim, complete } = plainOperations(db)
      insertAll(db, insert, 1_000, count)
      return elapsedMs(() => {
        const inTransaction = transactions(db)
        let left = count
        while (left > 0) {
          // Two transactions, since a job runs between its claim and its end.
          const claimed = inTransaction(() => claim(size))
          inTransaction(() => {
            for (const row of claimed) complete(row)
          })
          left -= claimed.length
        }
      })
    })
}

function insertAll(db: Database.Database, insert: (n: number) => void, size: number, count: number): void {
  const inTransaction = transactions(db)
  for (let first = 0; first < count; first += size) {
    inTransaction(() => {
      for (let n = first; n < Math.min(first + size, count); n++) insert(n)
    })
  }
}

function transactions(db: Database.Database): <T>(use: () => T) => T {
  const begin = db.prepare('BEGIN IMMEDIATE')
  const commit = db.prepare('COMMIT')
  return (use) => {
    begin.run()
    const result = use()
    commit.run()
    return result
  }
}

function plainOperations(db: Database.Database): Operations {
  const { queue, priority } = plainTaskDefaults
  const insert = db.prepare(insertSql)
  const claim = db.prepare(claimSql)
  const complete = db.prepare(completeSql)
  return {
    insert: (n) => {
      insert.run('noop', queue, priority, `[${n}]`, Date.now())
    },
    claim: (limit) => claim.all(worker, Date.now(), queue, limit) as ClaimedRow[],
    complete: ({ id, attempt }) => complete.run('null', Date.now(), id, attempt, worker),
  }
}

async function withDatabase<T>(folder: string, use: (db: Database.Database) => T | Promise<T>): Promise<T> {
  const db = new Database(join(folder, 'raw.db'))
  try {
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL') // after WAL: better-sqlite3 opens WAL files at NORMAL
    db.exec(minimalTable)
    return await use(db)
  } finally {
    db.close()
  }
}
