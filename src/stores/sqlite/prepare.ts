import type Database from 'better-sqlite3'

/** A prepared statement, as far as the store uses it: never as an open iterator. */
export interface Statement {
  run(...values: unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint }
  get(...values: unknown[]): unknown
  all(...values: unknown[]): unknown[]
}

export type Prepared<T> = Readonly<Record<keyof T, Statement>>

/**
 * The statements, each prepared when it is first used: a command that reads needs five of them. The rows of those that are
 * named in `raw` come as arrays, which costs half as much as objects.
 */
export function prepare<T extends Readonly<Record<string, string>>>(
  db: Database.Database,
  texts: T,
  raw: ReadonlySet<string>,
): Prepared<T> {
  const statements = {}
  for (const [name, text] of Object.entries(texts)) {
    Object.defineProperty(statements, name, {
      configurable: true,
      get: () => {
        const prepared = db.prepare(text)
        const value = raw.has(name) ? prepared.raw() : prepared
        Object.defineProperty(statements, name, { value })
        return value
      },
    })
  }
  return statements as Prepared<T>
}
