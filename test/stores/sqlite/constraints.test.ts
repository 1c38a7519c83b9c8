import { describe, expect, test } from 'vitest'
import { type JobState, jobStates } from '../../../src/domain/job.js'
import { applicationId, migrations } from '../../../src/stores/sqlite/migrations.js'
import { closedStore, openRaw } from './open.js'

/** A row that the file accepts, in each state. */
const rows: Record<JobState, Readonly<Record<string, string | number | null>>> = {
  scheduled: {},
  queued: {},
  running: { worker: 1, started_at: 1, attempt: 1 },
  completed: { ended_at: 1, result: 'null' },
  failed: { ended_at: 1, reason: 'error' },
  cancelled: { ended_at: 1 },
}

async function inserter() {
  const db = openRaw(await closedStore())
  return (changes: Readonly<Record<string, string | number | null>>) => {
    const common = { task: 't', queue: 'q', priority: 0, args: '[]', created_at: 0, due_at: 0, max_retries: 0 }
    const row = { ...common, ...changes }
    const names = Object.keys(row)
    db.prepare(`INSERT INTO jobs (${names.join()}) VALUES (${names.map((name) => `:${name}`).join()})`).run(row)
  }
}

describe('What the file refuses', () => {
  test('It accepts a row of every state.', async () => {
    const insert = await inserter()
    for (const state of jobStates) insert({ state, ...rows[state] })
  })

  test.each([
    ['a state that is none', { state: 'paused' }],
    ['a reason without a failure', { state: 'queued', reason: 'error' }],
    ['a failure without a reason', { state: 'failed', ended_at: 1 }],
    ['a reason that is none', { state: 'failed', ended_at: 1, reason: 'bad luck' }],
    ['an end of a job that runs', { state: 'running', ...rows.running, ended_at: 1 }],
    ['an end of a job that waits', { state: 'queued', ended_at: 1 }],
    ['a completed job without an end', { state: 'completed', result: 'null' }],
    ['a completed job without a result', { state: 'completed', ended_at: 1 }],
    ['a result of a job that failed', { state: 'failed', ...rows.failed, result: '1' }],
    ['a running job without a worker', { state: 'running', ...rows.running, worker: null }],
    ['a running job without a start', { state: 'running', ...rows.running, started_at: null }],
    ['a running job that nobody has claimed', { state: 'running', ...rows.running, attempt: 0 }],
    ['a priority out of range', { state: 'queued', priority: 101 }],
    ['a priority that is no whole number', { state: 'queued', priority: 0.5 }],
    ['a counter below zero', { state: 'queued', failures: -1 }],
    ['more losses alone than losses', { state: 'queued', losses: 1, losses_alone: 2 }],
    ['text for a time', { state: 'queued', due_at: 'tomorrow' }],
    ['no time', { state: 'queued', due_at: null }],
    ['an end by something unknown', { state: 'queued', ended_by: 'magic' }],
  ])('It refuses %s.', async (_, row) => {
    const insert = await inserter()
    expect(() => insert(row)).toThrow(/constraint failed|cannot store/)
  })

  test('The file says whose it is and which version.', async () => {
    const db = openRaw(await closedStore())
    expect(db.pragma('application_id', { simple: true })).toBe(applicationId)
    expect(db.pragma('user_version', { simple: true })).toBe(migrations.length)
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  })
})
