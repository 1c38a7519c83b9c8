import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrations } from '../../../src/stores/sqlite/migrations.js'
import { statementTexts } from '../../../src/stores/sqlite/statements.js'

const growing = ['jobs', 'attempts', 'output', 'progress', 'usage', 'unique_keys']
const wholeTables = ['queueCounts']

/** The tables that a statement reads from end to end, however few of their rows it wants. */
function scanned(db: Database.Database, text: string): string[] {
  const filledIn = text.replace(/\?|:[a-z]\w*/gi, 'NULL')
  const plan = db.prepare(`EXPLAIN QUERY PLAN ${filledIn}`).all() as { readonly detail: string }[]
  return plan.map(({ detail }) => /^SCAN (\w+)$/.exec(detail)?.[1] ?? '').filter((table) => growing.includes(table))
}

test('No statement reads a table from end to end that grows with the jobs, but the one that counts them.', () => {
  const db = new Database(':memory:')
  for (const sql of migrations) db.exec(sql)
  const reading = Object.entries(statementTexts).filter(([, text]) => /^\s*(SELECT|WITH|UPDATE|DELETE)/.test(text))
  expect(reading.length).toBeGreaterThan(60)
  const scans = reading.filter(([, text]) => scanned(db, text).length > 0).map(([name]) => name)
  expect(scans).toEqual(wholeTables)
  db.close()
})
