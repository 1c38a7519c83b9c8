import type Database from 'better-sqlite3'
import type { Clock } from '../../../domain/clock.js'
import type { CountersRecord, MoveMark, QueueRecord, StoreImport, TransferRecord } from '../../transfer.js'
import { openForMove, openForWriting } from '../database.js'
import { storeExists } from '../files.js'
import { prepare } from '../prepare.js'
import { jobNumber } from '../rows.js'
import type { AroundWrites } from '../write-queue.js'
import { Writing } from '../writing.js'
import { inTransaction } from './export.js'
import type { TransferStatements } from './export-jobs.js'
import { importJob } from './import-jobs.js'
import {
  importFailure,
  importOutput,
  importQueue,
  importSamples,
  importSchedule,
  importSlot,
  importStatistics,
} from './import-rest.js'
import { readMark, removeMark, writeMark } from './mark.js'
import { recordsOf } from './reader.js'
import { transferTexts } from './statements.js'

/** A file that is filled; it is made if it is missing. Throws StoreUnavailableError. */
export function openSqliteImport(path: string, clock: Clock): StoreImport {
  if (!storeExists(path)) openForWriting({ path, durability: 'full' }).close()
  const db = openForMove(path)
  const change = <T>(make: () => T) => inTransaction(db, path, make)
  // What a power loss takes away is moved again. The last commit makes all of it safe.
  db.exec('PRAGMA synchronous = NORMAL')
  let filler: Filler | null = null
  return {
    records: () => recordsOf(db),
    mark: async () => readMark(db),
    isEmpty: async () => isEmpty(db),
    begin: async (from) =>
      change(() => {
        const mark = readMark(db)
        if (mark !== null) return isFilledFrom(mark, from) ? 'begun' : 'used'
        if (!isEmpty(db)) return 'used'
        writeMark(db, { state: 'filling', ...from })
        return 'begun'
      }),
    write: async (records) => {
      filler ??= new Filler(db, clock)
      const { write } = filler
      change(() => write(records))
      filler.committed()
    },
    complete: async () => {
      filler ??= new Filler(db, clock)
      change(filler.complete)
      filler.committed()
    },
    open: async () => {
      db.exec('PRAGMA synchronous = FULL')
      change(() => removeMark(db))
    },
    reclaim: async (from) =>
      change(() => {
        if (readMark(db) !== null) return 'reclaimed'
        if (db.prepare('SELECT 1 FROM workers').get() !== undefined) return 'busy'
        writeMark(db, { state: 'checked', ...from })
        return 'reclaimed'
      }),
    discard: async () => {
      change(() => empty(db))
      db.exec('VACUUM')
    },
    close: async () => {
      db.close()
    },
  }
}

function isFilledFrom({ state, identity }: MoveMark, from: { readonly identity: string }): boolean {
  return state === 'filling' && identity === from.identity
}

/** Those with a row from the first moment on. */
const singletons = ['highest_removed', 'scheduling', 'identity', 'move']

function tablesOf(db: Database.Database): readonly string[] {
  const all = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all() as string[]
  return all.filter((name) => !name.startsWith('sqlite_') && !singletons.includes(name))
}

function isEmpty(db: Database.Database): boolean {
  if (tablesOf(db).some((name) => db.prepare(`SELECT 1 FROM ${name}`).get() !== undefined)) return false
  const { job, worker, schedulesVersion } = db.prepare(transferTexts.counters).get() as CountersRecord
  return job + worker + schedulesVersion === 0
}

function empty(db: Database.Database): void {
  for (const name of tablesOf(db)) db.exec(`DELETE FROM ${name}`)
  db.exec(`
    UPDATE highest_removed SET job = 0; UPDATE scheduling SET version = 0, seen_at = NULL, slots = 0;
    UPDATE identity SET id = lower(hex(randomblob(16))); DELETE FROM sqlite_sequence`)
  removeMark(db)
}

/** Writes records, and what is counted of them. */
class Filler {
  readonly #statements: TransferStatements
  readonly #writing: Writing
  readonly #around: AroundWrites
  #counters: CountersRecord | null = null
  readonly #queues: QueueRecord[] = []

  constructor(db: Database.Database, clock: Clock) {
    this.#statements = prepare(db, transferTexts, new Set())
    this.#writing = new Writing(db, clock)
    this.#around = this.#writing.around(() => {})
  }

  readonly write = (records: readonly TransferRecord[]): void => {
    this.#around.begin()
    for (const record of records) this.#one(record)
    this.#around.end()
  }

  committed(): void {
    this.#around.committed()
  }

  #one(record: TransferRecord): void {
    const [writing, statements] = [this.#writing, this.#statements]
    switch (record.kind) {
      case 'counters':
        this.#counters = record
        break
      case 'queue':
        this.#queues.push(record)
        importQueue(writing, statements, record)
        break
      case 'job':
        importJob(writing, statements, record)
        break
      case 'output':
        importOutput(statements, record)
        break
      case 'token':
        statements.addToken.run(record.token, jobNumber(record.job), record.keptUntil)
        break
      case 'schedule':
        importSchedule(statements, record)
        break
      case 'slot':
        importSlot(statements, record)
        break
      case 'statistics':
        importStatistics(writing, statements, record)
        break
      case 'failure':
        importFailure(writing, statements, record)
        break
      case 'samples':
        importSamples(writing, statements, record)
        break
    }
  }

  readonly complete = (): void => {
    const [statements, counters] = [this.#statements, this.#counters]
    if (counters === null) throw new Error('the counters were not read')
    this.#around.begin()
    for (const { name, enqueued } of this.#queues) {
      statements.countRemoved.run({ queue: this.#writing.names.queue(name), enqueued })
    }
    statements.keepVersion.run(counters.schedulesVersion, counters.schedulerSeenAt)
    statements.countSlots.run()
    statements.keepHighest.run(counters.job)
    statements.dropSequence.run()
    if (counters.worker > 0) statements.keepSequence.run(counters.worker)
    this.#around.end()
  }
}
