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

/**
 * SQLite looks at the values of a query as it plans it, and plans it anew each time when they are bound: 15 to 190 us. Within a
 * subquery it does not see them. What only inserts, updates or deletes by a key is not planned by values.
 */
export function withHiddenValues(text: string): string {
  const isQuery = /^\s*(SELECT|WITH)\b/.test(text) || /\bORDER BY\b/.test(text)
  return isQuery ? text.replace(/'[^']*'|\?|:[a-z]\w*/gi, hidden) : text
}

/** What looks like a value within a text is none. */
function hidden(found: string): string {
  return found.startsWith("'") ? found : `(SELECT ${found})`
}
