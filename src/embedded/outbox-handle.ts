import { statSync } from 'node:fs'
import { UsageError } from '../domain/errors.js'

/**
 * An open connection of better-sqlite3, or of node:sqlite (DatabaseSync), as far as a row is written with it. Described
 * by its shape, so that neither has to be installed.
 */
export interface SqliteHandle {
  exec(sql: string): unknown
  prepare(sql: string): {
    run(...values: never[]): unknown
    get(...values: never[]): unknown
    all(...values: never[]): unknown
  }
}

/** The same, as it is called: each driver has its own types of values. */
interface CalledHandle {
  exec(sql: string): unknown
  prepare(sql: string): { run(...values: readonly (string | number)[]): unknown }
}

const checked = new WeakMap<object, string>()

/**
 * The file of the main database of a connection; '' if it is in memory. Throws UsageError if a row cannot be written with
 * the connection, or its calls answer later: the row would not be in the transaction.
 */
export function fileOfHandle(db: SqliteHandle): string {
  const { open, isOpen, readonly } = shapeOf(db)
  if (open === false || isOpen === false) throw refused('the database is closed')
  if (readonly === true) throw refused('the database was opened read-only')
  const known = checked.get(db)
  if (known !== undefined) return known
  const file = mainFile(db)
  checked.set(db, file)
  return file
}

const looked = new WeakSet<object>()

/** Whether a connection that was not looked at before gives up at once where another one holds the lock. */
export function isFoundImpatient(db: SqliteHandle): boolean {
  if (looked.has(db)) return false
  looked.add(db)
  const found = db.prepare('PRAGMA busy_timeout').get()
  const timeout = Array.isArray(found) ? found[0] : (found as { readonly timeout?: unknown } | undefined)?.timeout
  return Number(timeout) === 0
}

/** Whether two paths lead to one file. */
export function isSameFile(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }))
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev
}

/**
 * Runs `first`, then `insert` with the values. A connection that cannot write is a mistake of the caller, all else is the
 * driver's own error.
 */
export function write(db: SqliteHandle, first: string, insert: string, values: readonly (string | number)[]): void {
  try {
    const called = db as CalledHandle
    called.exec(first)
    called.prepare(insert).run(...values)
  } catch (thrown) {
    if (isReadonly(thrown)) throw refused('the database was opened read-only')
    throw thrown
  }
}

function mainFile(db: SqliteHandle): string {
  const found = ask(() => db.prepare('PRAGMA database_list').get())
  // An array where the connection is set to answer arrays.
  const file = Array.isArray(found) ? found[2] : (found as { readonly file?: unknown } | null)?.file
  if (typeof file === 'string' || file === null) return file ?? ''
  throw refused('it is no database that answers at once')
}

function shapeOf(db: unknown): { readonly open?: unknown; readonly isOpen?: unknown; readonly readonly?: unknown } {
  const shape = (typeof db === 'object' && db !== null ? db : {}) as Readonly<Record<string, unknown>>
  if (typeof shape.exec === 'function' && typeof shape.prepare === 'function') return shape
  throw refused('it is no database')
}

/** A driver that answers later has other methods, or other answers. */
function ask(question: () => unknown): unknown {
  try {
    return question()
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    throw refused(`it is no database that answers at once (${why})`)
  }
}

function isReadonly(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false
  const { code, errcode } = thrown as { readonly code?: unknown; readonly errcode?: unknown }
  // better-sqlite3 has the name of the code, node:sqlite the number.
  return String(code).startsWith('SQLITE_READONLY') || (typeof errcode === 'number' && (errcode & 0xff) === 8)
}

function refused(why: string): UsageError {
  return new UsageError(
    'E_OUTBOX',
    `enqueueIn: the first argument cannot take a row: ${why}`,
    'pass the connection of better-sqlite3 or of node:sqlite (DatabaseSync) in whose transaction you write',
  )
}
