import type Database from 'better-sqlite3'

/**
 * From Node 24.19 on the process aborts if an object of the driver is collected while no JavaScript runs: its destructor
 * asks for an environment that is not entered then (WiseLibs/better-sqlite3#1515). So none of them is ever garbage: what
 * is made is kept for as long as the process, and statements of one use, such as `db.pragma` makes, are not made.
 */
const kept: object[] = []

export function keep<T extends object>(object: T): T {
  kept.push(object)
  return object
}

const statements = new WeakMap<Database.Database, Map<string, Database.Statement>>()

/** The statement of that text: prepared once, however often it is asked for. */
export function keptStatement(db: Database.Database, text: string): Database.Statement {
  const known = statements.get(db) ?? new Map<string, Database.Statement>()
  statements.set(db, known)
  const statement = known.get(text) ?? keep(db.prepare(text))
  known.set(text, statement)
  return statement
}

/** What a pragma of the file's header says, as `user_version` is one. */
export function headerValue(
  db: Database.Database,
  pragma: 'application_id' | 'data_version' | 'user_version',
): unknown {
  const row = keptStatement(db, `PRAGMA ${pragma}`).get() as Readonly<Record<string, unknown>> | undefined
  return row?.[pragma]
}
