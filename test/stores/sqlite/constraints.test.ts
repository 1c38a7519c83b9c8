import { describe, expect, test } from 'vitest'
import type { JobState } from '../../../src/domain/job.js'
import { endedByCodes, reasonCodes } from '../../../src/stores/sqlite/codes.js'
import { countedStates } from '../../../src/stores/sqlite/counters.js'
import { applicationId, migrations } from '../../../src/stores/sqlite/migrations.js'
import { closedStore, openRaw } from './open.js'

type Row = Readonly<Record<string, string | number | null>>

/** A row that each table accepts, of job 1. */
const rows = {
  jobs: { id: 1, kind: 1, queue: 1, priority: 0, created_at: 0, args: '[]', lost_with_worker: 0 },
  ready: { queue: 1, task: 1, rank: 0, job: 1, attempt: 0, since: 0 },
  reserved: { worker: 1, rank: 0, job: 1, attempt: 0, queue: 1, since: 0 },
  scheduled: { job: 1, due_at: 1, attempt: 0 },
  running: { job: 1, attempt: 1, worker: 1, queue: 1, started_at: 1 },
  ends: { job: 1, state: 3, task: 1, queue: 1, attempt: 1, ended_at: 1, ended_by: 1, result: 'null' },
  troubles: { job: 1, failures: 0, losses: 0, losses_alone: 0, postponements: 0, suspect: 0 },
  attempts: { job: 1, attempt: 1, reason: 1, started_at: 0, ended_at: 0, worker: 1, ended_by: 2 },
  kinds: { task: 1, max_retries: 0 },
} as const satisfies Readonly<Record<string, Row>>

type Table = keyof typeof rows

const failed = { state: 4, result: null, reason: 1, failure: 1 }

async function database() {
  const db = openRaw(await closedStore())
  const insert = (table: Table, changes: Row = {}) => {
    const row = { ...rows[table], ...changes }
    const names = Object.keys(row)
    db.prepare(`INSERT INTO ${table} (${names.join()}) VALUES (${names.map((name) => `:${name}`).join()})`).run(row)
  }
  return { db, insert }
}

describe('What the file refuses', () => {
  test.each(Object.keys(rows) as Table[])('It accepts a row of %s.', async (table) => {
    const { insert } = await database()
    insert(table)
  })

  const refused: readonly (readonly [what: string, table: Table, changes: Row])[] = [
    ['a state that is none', 'ends', { state: 6 }],
    ['the end of a job that only runs', 'ends', { state: 2 }],
    ['a reason without a failure', 'ends', { reason: 1 }],
    ['a failure without a reason', 'ends', { ...failed, reason: null }],
    ['a reason that is none', 'ends', { ...failed, reason: 5 }],
    ['an end without a time', 'ends', { ended_at: null }],
    ['a completed job without a result', 'ends', { result: null }],
    ['a result of a job that failed', 'ends', { ...failed, result: '1' }],
    ['an end by something unknown', 'ends', { ended_by: 9 }],
    ['an attempt that ended by nothing', 'attempts', { ended_by: null }],
    ['a running job without a worker', 'running', { worker: null }],
    ['a running job without a start', 'running', { started_at: null }],
    ['a running job that nobody has claimed', 'running', { attempt: 0 }],
    ['a cancel request that is neither yes nor no', 'running', { cancel_requested: 2 }],
    ['a priority out of range', 'jobs', { priority: 101 }],
    ['a priority that is no whole number', 'jobs', { priority: 0.5 }],
    ['text for a time', 'scheduled', { due_at: 'tomorrow' }],
    ['no time', 'scheduled', { due_at: null }],
    ['a counter below zero', 'troubles', { failures: -1 }],
    ['more losses alone than losses', 'troubles', { losses: 1, losses_alone: 2 }],
    ['fewer retries than none', 'kinds', { max_retries: -1 }],
  ]

  test.each(refused)('It refuses %s.', async (_, table, changes) => {
    const { insert } = await database()
    expect(() => insert(table, changes)).toThrow(/constraint failed|cannot store/)
  })

  test.each(['ready', 'reserved', 'scheduled', 'running', 'ends'] as const)(
    'It refuses a second row of a job in %s.',
    async (table) => {
      const { insert } = await database()
      insert(table)
      expect(() => insert(table)).toThrow(/UNIQUE constraint failed/)
    },
  )

  test('It refuses a kind that there is, also where it names neither a time limit nor waits.', async () => {
    const { insert } = await database()
    insert('kinds')
    expect(() => insert('kinds')).toThrow(/UNIQUE constraint failed/)
  })

  test('It refuses to count fewer than no jobs.', async () => {
    const { db } = await database()
    db.exec("INSERT INTO queues (name) VALUES ('q')")
    for (const state of countedStates) {
      expect(() => db.exec(`UPDATE queues SET ${state} = ${state} - 1`)).toThrow(/CHECK constraint failed/)
    }
    expect(() => db.exec('INSERT INTO backlogs VALUES (1, 1, -1)')).toThrow(/CHECK constraint failed/)
  })

  test('The file says whose it is and which version.', async () => {
    const { db } = await database()
    expect(db.pragma('application_id', { simple: true })).toBe(applicationId)
    expect(db.pragma('user_version', { simple: true })).toBe(migrations.length)
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  })
})

describe('What the file says in words', () => {
  async function job() {
    const { db, insert } = await database()
    db.exec("INSERT INTO queues (id, name) VALUES (1, 'q'); INSERT INTO tasks (id, name) VALUES (1, 't')")
    insert('kinds', { id: 1 })
    insert('jobs', { reserved_for: 1 })
    const row = () => db.prepare('SELECT state, reason, ended_by FROM job_rows').get()
    return { insert, row }
  }

  const places: readonly (readonly [JobState, Table, Row])[] = [
    ['scheduled', 'scheduled', {}],
    ['queued', 'ready', {}],
    ['queued', 'reserved', {}],
    ['running', 'running', {}],
    ['completed', 'ends', {}],
    ['failed', 'ends', failed],
    ['cancelled', 'ends', { state: 5, result: null }],
  ]

  test.each(places)('A job is %s by its row in %s.', async (state, table, changes) => {
    const { insert, row } = await job()
    insert(table, changes)
    expect(row()).toMatchObject({ state })
  })

  test('A job that is nowhere has no state.', async () => {
    const { row } = await job()
    expect(row()).toMatchObject({ state: null })
  })

  test.each(Object.entries(reasonCodes))('The reason %s is %i.', async (reason, code) => {
    const { insert, row } = await job()
    insert('ends', { ...failed, reason: code })
    expect(row()).toMatchObject({ reason })
  })

  test.each(Object.entries(endedByCodes))('The end by %s is %i.', async (endedBy, code) => {
    const { insert, row } = await job()
    insert('ends', { ended_by: code })
    expect(row()).toMatchObject({ ended_by: endedBy })
  })
})
