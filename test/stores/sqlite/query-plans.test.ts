import Database from 'better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { jobStates } from '../../../src/domain/job.js'
import { jobsPage } from '../../../src/stores/sqlite/job-pages.js'
import { migrations } from '../../../src/stores/sqlite/migrations.js'
import { firstReadyText } from '../../../src/stores/sqlite/ready-jobs.js'
import { prepareStatements, statementTexts } from '../../../src/stores/sqlite/statements.js'
import type { JobFilter } from '../../../src/stores/store.js'

const growing =
  /^(jobs|ready|scheduled|reserved|running|ends|expiring|troubles|attempts|output|progress|usage|unique_keys|slots)\b/

/** What reads more than it wants, and why that is few. */
const scans: Readonly<Record<string, readonly string[]>> = {
  // What runs now.
  running: ['running'],
  heldBy: ['running'],
  // What runs now, foreground runs that wait, and what waits for a retry.
  anyUnfinished: ['running', 'reserved', 'scheduled USING INDEX scheduled_retries'],
  // What runs now, and foreground runs that wait.
  queues: ['reserved', 'running'],
  changedQueues: ['reserved', 'running'],
  // Foreground runs that wait.
  reservedSince: ['reserved'],
  // Few slots wait at any time.
  waitingSchedules: ['slots USING COVERING INDEX slots_waiting'],
  // The lowest ids of a state come first; what is passed over ended otherwise, or within the last hour.
  tooManyCompleted: ['ends'],
  tooManyFailed: ['ends USING INDEX ends_failed'],
  tooManyCancelled: ['ends USING INDEX ends_cancelled'],
  // It passes over what may stay, once for all that it removes.
  newestSlotTooMany: ['slots USING COVERING INDEX slots_through'],
}

function database(): Database.Database {
  const db = new Database(':memory:')
  onTestFinished(() => {
    db.close()
  })
  for (const sql of migrations) db.exec(sql)
  return db
}

function planOf(db: Database.Database, text: string): readonly string[] {
  const filledIn = text.replace(/\?|:[a-z]\w*/gi, 'NULL')
  const plan = db.prepare(`EXPLAIN QUERY PLAN ${filledIn}`).all() as { readonly detail: string }[]
  return plan.map(({ detail }) => detail)
}

/** Which tables or indexes a statement reads from end to end. */
function scanned(db: Database.Database, text: string): readonly string[] {
  const found = planOf(db, text).map((step) => /^SCAN (.+)$/.exec(step)?.[1] ?? '')
  return found.filter((what) => growing.test(what))
}

test('No statement reads a table that grows with the jobs from end to end, nor an index, but the few that are named.', () => {
  const db = database()
  const reading = Object.entries(statementTexts).filter(([, text]) => /\b(SELECT|UPDATE|DELETE)\b/.test(text))
  expect(reading.length).toBeGreaterThan(90)
  const found = reading.map(([name, text]) => [name, scanned(db, text)] as const).filter(([, what]) => what.length > 0)
  expect(Object.fromEntries(found)).toEqual(scans)
})

test('What was found to be removed is read by its ids, not by all that ended before.', () => {
  expect(planOf(database(), statementTexts.stillPrunable)[0]).toBe('SEARCH ends USING INTEGER PRIMARY KEY (rowid=?)')
})

test('Whatever is sorted is what runs, a few queues, sums of statistics, rows of one time or ten thousand ends.', () => {
  const db = database()
  const sorted = Object.entries(statementTexts)
    .filter(([, text]) => /\b(SELECT|UPDATE|DELETE)\b/.test(text))
    .filter(([, text]) => planOf(db, text).some((step) => step.includes('TEMP B-TREE')))
  expect(sorted.map(([name]) => name)).toEqual([
    'running',
    'queues',
    'changedQueues',
    'reservedSince',
    'queuedByTask',
    'statistics',
    'minutes',
    'durations',
    'failureGroups',
    'queueSamples',
    'tooManyOfFew',
  ])
})

test('Every query hides its values from the planner, which would plan it anew for each of them.', () => {
  const queries = [...Object.values(statementTexts), firstReadyText(2)].filter((text) => /^\s*(SELECT|WITH)/.test(text))
  expect(queries.length).toBeGreaterThan(50)
  const bare = queries.filter((text) => /\?|:[a-z]/.test(text.replace(/'[^']*'|\(SELECT (\?|:\w+)\)/g, '')))
  expect(bare).toEqual([])
})

describe('A claim', () => {
  test.each([1, 2, 7, 100])('Reads the first jobs of %i tasks in their order, and sorts none.', (tasks) => {
    const plan = planOf(database(), firstReadyText(tasks))
    const ready = 'SEARCH ready USING PRIMARY KEY (queue=? AND task=? AND (rank,job)>(?,?))'
    expect(plan.filter((step) => step === ready)).toHaveLength(tasks)
    expect(plan.filter((step) => /SCAN (?!CONSTANT ROW)|TEMP/.test(step))).toEqual([])
    expect(plan.filter((step) => /^MERGE/.test(step))).toHaveLength(tasks - 1)
  })

  test.each(['startFirst', 'deleteFirst'] as const)('Takes them as a range: %s.', (name) => {
    expect(planOf(database(), statementTexts[name])).toEqual([
      'SEARCH ready USING PRIMARY KEY (queue=? AND task=? AND (rank,job)<(?,?))',
    ])
  })
})

/** The database, and what is prepared on it from now on. */
function recordingOf(db: Database.Database) {
  const texts: string[] = []
  const prepare = (text: string) => {
    texts.push(text)
    return db.prepare(text)
  }
  return { recording: { prepare } as unknown as Database.Database, texts }
}

describe('A page of jobs', () => {
  const filters: readonly JobFilter[] = [
    {},
    ...jobStates.flatMap((state) => [{ states: [state] }, { states: [state], task: 't', queue: 'q' }]),
    { reason: 'timeout' },
    { states: ['completed', 'failed'], createdAfter: 1, createdBefore: 2 },
    { task: 't' },
    { queue: 'q' },
    { schedule: 's' },
    { schedule: 's', states: ['queued', 'failed'], error: 'E', endedAfter: 1 },
    { error: 'E' },
    { error: 'E', task: 't', endedAfter: 1 },
  ]

  test.each(filters)('Is read backwards from its tables, and sorts none but what runs: %j.', (filter) => {
    const db = database()
    const statements = prepareStatements(db)
    db.exec(`INSERT INTO queues (id, name) VALUES (1, 'q'); INSERT INTO tasks (id, name) VALUES (1, 't');
      INSERT INTO backlogs VALUES (1, 1, 1); INSERT INTO ready VALUES (1, 1, 0, 1, 0, 0);
      INSERT INTO failures VALUES (1, 1, 'E', 0, 0, 1)`)
    const { recording, texts } = recordingOf(db)
    jobsPage(recording, statements, filter, { limit: 10, after: null })
    expect(texts.length).toBeGreaterThan(0)
    for (const text of texts) {
      const plan = planOf(db, text)
      const isOfReserved = text.includes('FROM reserved')
      expect(plan.filter((step) => step.includes('TEMP B-TREE'))).toHaveLength(isOfReserved ? 1 : 0)
      expect(plan.filter((step) => /^SCAN (jobs|ready|ends|scheduled)/.test(step))).toEqual([])
    }
  })

  test('By end time it is read backwards only if very many have ended since.', () => {
    const db = database()
    const statements = prepareStatements(db)
    const readFrom = (ends: number) => {
      db.exec(`DELETE FROM ends; WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ends})
        INSERT INTO ends (job, state, task, queue, attempt, ended_at, result) SELECT i, 3, 1, 1, 1, i, 'null' FROM n`)
      const { recording, texts } = recordingOf(db)
      jobsPage(recording, statements, { states: ['completed'], endedAfter: 1 }, { limit: 10, after: null })
      return texts.map((text) => /^SELECT ends.job FROM ends (\w+ \w+(?: ends_at)?)/.exec(text)?.[1]).filter(Boolean)
    }
    expect(readFrom(9_999)).toEqual(['INDEXED BY ends_at'])
    expect(readFrom(10_000)).toEqual(['NOT INDEXED'])
  })
})
