import { closeSync, fsyncSync, openSync, realpathSync, statSync } from 'node:fs'
import type Database from 'better-sqlite3'
import type { Clock } from '../../domain/clock.js'
import { UsageError } from '../../domain/errors.js'
import type { EpochMs } from '../../domain/job.js'
import { parseOutboxText } from '../../domain/outbox-job.js'
import { storeClosed } from '../closed.js'
import type { OutboxFile, OutboxRow, RowAside } from '../outbox.js'
import { connectByDriver } from './driver.js'
import { isBusy } from './errors.js'
import { outboxError } from './outbox-errors.js'
import { OutboxWatch } from './outbox-watch.js'

// For a lock that the application holds, before the caller has to try again.
const patienceMs = 5_000

const texts = {
  version: 'PRAGMA data_version',
  table: `SELECT 1 FROM sqlite_schema WHERE name = 'offstage_outbox' AND type = 'table'`,
  rows: `SELECT id, token, job FROM offstage_outbox
    WHERE why IS NULL AND (store = ? OR store IS NULL) ORDER BY id LIMIT ?`,
  ofOthers: 'SELECT count(*) FROM offstage_outbox WHERE why IS NULL AND store <> ? AND created_at < ?',
  remove: 'DELETE FROM offstage_outbox WHERE token IN (SELECT value FROM json_each(?))',
  setAside: 'UPDATE offstage_outbox SET why = ? WHERE id = ? AND coalesce(token = ?, 1)',
} as const

/**
 * The outbox in the file of an application, for a process in which the application does not open it. It waits for locks
 * by trying again and again, so that nothing else of this process waits. `store`: the identity of the store for its rows.
 */
export function openOutboxFile(path: string, store: string, clock: Clock): OutboxFile {
  const file = new OutboxConnection(path, store, clock)
  return {
    rows: (limit) => file.rows(limit),
    ofOthers: (before) => file.ofOthers(before),
    remove: (tokens) => file.remove(tokens),
    setAside: (rows) => file.setAside(rows),
    next: (waitMs) => file.next(waitMs),
    close: () => file.close(),
  }
}

class OutboxConnection implements OutboxFile {
  readonly #path: string
  readonly #store: string
  readonly #clock: Clock
  readonly #watch: OutboxWatch
  #isClosed = false
  #connection: Connection | null = null
  #connections = 0
  /** How the file was when its rows were last read; null: not yet. */
  #seen: string | null = null
  #running: Promise<unknown> = Promise.resolve()

  constructor(path: string, store: string, clock: Clock) {
    this.#path = path
    this.#store = store
    this.#clock = clock
    this.#watch = new OutboxWatch(() => this.#hasChanged(), clock)
  }

  rows(limit: number): Promise<readonly OutboxRow[]> {
    return this.#run(() => {
      this.#seen = null
      const seen = this.#state()
      const rows = this.#rows(limit)
      this.#seen = seen
      return rows
    })
  }

  ofOthers(before: EpochMs): Promise<number> {
    return this.#run(() => {
      const db = this.#connect()?.db
      if (db === undefined || !hasTable(db)) return 0
      return db.prepare(texts.ofOthers).pluck().get(this.#store, before) as number
    })
  }

  remove(tokens: readonly string[]): Promise<void> {
    return this.#write((db) => void db.prepare(texts.remove).run(JSON.stringify(tokens)))
  }

  setAside(rows: readonly RowAside[]): Promise<void> {
    return this.#write((db) => {
      const statement = db.prepare(texts.setAside)
      for (const { id, token, why } of rows) statement.run(why, id, token)
    })
  }

  next(waitMs: number): Promise<void> {
    return this.#watch.next(waitMs)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#watch.close()
    await this.#running
    this.#disconnect()
  }

  #hasChanged(): boolean {
    try {
      return this.#seen === null || this.#state() !== this.#seen
    } catch (thrown) {
      return !isBusy(thrown) // whoever reads next learns what is wrong
    }
  }

  /** Changes whenever somebody else has committed, or the file is another one. */
  #state(): string {
    const connection = this.#connect()
    return connection === null ? 'no file' : `${connection.number} ${connection.version.get()}`
  }

  #rows(limit: number): readonly OutboxRow[] {
    const db = this.#connect()?.db
    if (db === undefined || !hasTable(db)) return []
    const rows = db.transaction(() => {
      const found = db.prepare(texts.rows).all(this.#store, limit) as StoredRow[]
      if (found.length > 0) this.#sync(db)
      return found
    })()
    return rows.map((row) => outboxRow(row, this.#clock))
  }

  #write(write: (db: Database.Database) => void): Promise<void> {
    return this.#run(() => {
      const db = this.#connect()?.db
      if (db === undefined) return // with its file, the rows are gone
      db.exec(`PRAGMA synchronous = ${isWal(db) ? 'NORMAL' : 'EXTRA'}`)
      const hasWritten = db
        .transaction(() => {
          const isThere = hasTable(db)
          if (isThere) write(db)
          return isThere
        })
        .immediate()
      if (hasWritten) this.#sync(db)
    })
  }

  /**
   * Makes durable what is committed. In WAL mode the application may commit without a sync, and a commit of this connection
   * is not synced either: the application would wait for its lock meanwhile. So the WAL is synced here, without a lock;
   * a file that is opened and closed beside SQLite costs it its locks, but it has none on the WAL.
   */
  #sync(db: Database.Database): void {
    if (!isWal(db)) return
    const wal = openSync(`${realpathSync(this.#path)}-wal`, 'r+')
    try {
      fsyncSync(wal)
    } finally {
      closeSync(wal)
    }
  }

  /** The connection to the file that is there now; null if there is none. */
  #connect(): Connection | null {
    const found = statSync(this.#path, { throwIfNoEntry: false })
    const connection = this.#connection
    if (connection !== null && connection.ino === found?.ino && connection.dev === found.dev) return connection
    this.#disconnect()
    if (found === undefined) return null
    const { db, version } = connect(this.#path)
    this.#connection = { db, version, ino: found.ino, dev: found.dev, number: ++this.#connections }
    return this.#connection
  }

  #disconnect(): void {
    this.#connection?.db.close()
    this.#connection = null
  }

  /** One after the other. Tries again while the application holds the lock. */
  #run<T>(use: () => T): Promise<T> {
    if (this.#isClosed) return Promise.reject(storeClosed(this.#path))
    const answer = this.#running.then(() => this.#patiently(use))
    this.#running = answer.catch(() => {})
    return answer
  }

  async #patiently<T>(use: () => T): Promise<T> {
    const giveUpAt = this.#clock.monotonicMs() + patienceMs
    for (;;) {
      try {
        return use()
      } catch (thrown) {
        const isOver = this.#isClosed || this.#clock.monotonicMs() >= giveUpAt
        if (!isBusy(thrown) || isOver) throw outboxError(this.#path, thrown)
        await this.#clock.sleep(1 + Math.random() * 9)
      }
    }
  }
}

interface StoredRow {
  readonly id: number
  readonly token: unknown
  readonly job: unknown
}

interface Connection {
  readonly db: Database.Database
  readonly ino: number
  readonly dev: number
  readonly version: Database.Statement
  /** Of the connections to the files that were at the path, one after the other. */
  readonly number: number
}

function connect(path: string): Pick<Connection, 'db' | 'version'> {
  const db = connectByDriver(path, { fileMustExist: true, timeout: 0 })
  try {
    // EXTRA: where the application uses a rollback journal, its removal is synced too.
    db.exec('PRAGMA synchronous = EXTRA; PRAGMA trusted_schema = OFF')
    return { db, version: db.prepare(texts.version).pluck() }
  } catch (thrown) {
    db.close()
    throw thrown
  }
}

function hasTable(db: Database.Database): boolean {
  return db.prepare(texts.table).get() !== undefined
}

function isWal(db: Database.Database): boolean {
  return db.pragma('journal_mode', { simple: true }) === 'wal'
}

// One that is read as it was written: others could never be removed.
const tokenForm = /^[\x20-\x7e]{1,200}$/

function outboxRow({ id, token, job }: StoredRow, clock: Clock): OutboxRow {
  if (typeof token !== 'string' || !tokenForm.test(token)) {
    return { id, token: null, why: 'token is no text of 1 to 200 ASCII characters that can be printed' }
  }
  if (typeof job !== 'string') return { id, token, why: 'job is no text' }
  try {
    return { id, token, job: parseOutboxText(job, clock.now()) }
  } catch (thrown) {
    // Whatever it is, it comes from this row, and must not hold up the others.
    const why = thrown instanceof UsageError ? thrown.message : `it cannot be read (${String(thrown)})`
    return { id, token, why }
  }
}
