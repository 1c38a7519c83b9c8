import Database from 'better-sqlite3'
import { expect, test } from 'vitest'
import { migrations } from '../../../src/stores/sqlite/migrations.js'
import { statementTexts } from '../../../src/stores/sqlite/statements.js'

const growing = ['jobs', 'attempts', 'output', 'progress', 'usage', 'unique_keys']

/** What reads more than it wants, and why that is few. */
const scans: Readonly<Record<string, readonly string[]>> = {
  // One row of it.
  isReady: ['jobs USING INDEX jobs_ready'],
  // What runs now.
  running: ['jobs USING INDEX jobs_running'],
  anyUnfinished: ['jobs USING INDEX jobs_running', 'jobs USING INDEX jobs_due'],
  // What is queued, once as a burst ends: it counts them.
  queuedByTask: ['jobs USING INDEX jobs_ready'],
  // All jobs: it counts them.
  queueCounts: ['jobs'],
}

/** Which tables or indexes a statement reads from end to end. */
function scanned(db: Database.Database, text: string): string[] {
  const filledIn = text.replace(/\?|:[a-z]\w*/gi, 'NULL')
  const plan = db.prepare(`EXPLAIN QUERY PLAN ${filledIn}`).all() as { readonly detail: string }[]
  return plan
    .map(({ detail }) => /^SCAN (.+)$/.exec(detail)?.[1] ?? '')
    .filter((what) => growing.includes(what.split(' ')[0] ?? ''))
}

test('No statement reads a table that grows with the jobs from end to end, nor an index, but the few that are named.', () => {
  const db = new Database(':memory:')
  for (const sql of migrations) db.exec(sql)
  const reading = Object.entries(statementTexts).filter(([, text]) => /^\s*(SELECT|WITH|UPDATE|DELETE)/.test(text))
  expect(reading.length).toBeGreaterThan(60)
  const found = reading.map(([name, text]) => [name, scanned(db, text)] as const).filter(([, what]) => what.length > 0)
  expect(Object.fromEntries(found)).toEqual(scans)
  db.close()
})
