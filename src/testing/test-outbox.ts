import { randomBytes } from 'node:crypto'
import type { Clock } from '../domain/clock.js'
import type { NewJob } from '../domain/job.js'
import { parseOutboxText } from '../domain/outbox-job.js'
import type { EnqueueOptions } from '../domain/request.js'
import type { EngineOutbox } from '../embedded/engine-parts.js'
import { type OutboxTask, writeRow } from '../embedded/enqueue-in.js'
import type { SqliteHandle } from '../embedded/outbox-handle.js'
import type { JobStore } from '../stores/store.js'

/** A handle, as far as its rows are read. */
interface ReadHandle {
  readonly open?: boolean
  readonly isOpen?: boolean
  /** Of better-sqlite3, and of node:sqlite. */
  readonly inTransaction?: boolean
  readonly isTransaction?: boolean
  exec(sql: string): unknown
  prepare(sql: string): { all(): readonly unknown[] }
}

const table = `SELECT name FROM main.sqlite_schema WHERE name = 'offstage_outbox'`

/**
 * The outbox of an engine for tests. It takes the rows by the connections that have written them, so the database may be in
 * memory too, and no other process has to be there.
 */
export class TestOutbox implements EngineOutbox {
  readonly #handles = new Set<SqliteHandle>()
  readonly #clock: Clock
  /** Two engines of a test may share a database. */
  readonly #store = randomBytes(16).toString('hex')

  constructor(clock: Clock) {
    this.#clock = clock
  }

  enqueueIn(db: SqliteHandle, task: OutboxTask, argsJson: string, options: EnqueueOptions): void {
    writeRow(db, task, argsJson, options, this.#store, this.#clock)
    this.#handles.add(db)
  }

  /** Whether a row was written, and its connection may still be open. */
  get isUsed(): boolean {
    return this.#handles.size > 0
  }

  /** Makes jobs of the rows that are committed, oldest first. */
  async move(store: Pick<JobStore, 'enqueue'>): Promise<void> {
    const jobs = [...this.#handles].flatMap((db) => this.#takeFrom(db))
    if (jobs.length > 0) await store.enqueue(jobs)
  }

  async close(): Promise<void> {
    this.#handles.clear()
  }

  #takeFrom(handle: SqliteHandle): readonly NewJob[] {
    const db = handle as ReadHandle
    if (db.open === false || db.isOpen === false) {
      this.#handles.delete(handle)
      return []
    }
    if (db.inTransaction === true || db.isTransaction === true) return []
    if (db.prepare(table).all().length === 0) return [] // it was rolled back
    const own = `FROM main.offstage_outbox WHERE why IS NULL AND store = '${this.#store}'`
    const texts = db.prepare(`SELECT job ${own} ORDER BY id`).all().map(textOf)
    if (texts.length > 0) db.exec(`DELETE ${own}`)
    return texts.map((text) => parseOutboxText(text, this.#clock.now()))
  }
}

/** Rows are arrays where the connection is set to answer arrays. */
function textOf(row: unknown): string {
  return String(Array.isArray(row) ? row[0] : (row as { readonly job: unknown }).job)
}
