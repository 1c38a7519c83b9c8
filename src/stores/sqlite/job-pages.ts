import type Database from 'better-sqlite3'
import { type JobState, jobStates } from '../../domain/job.js'
import type { JobFilter, JobPage, Page } from '../store.js'
import { reasonCodes, stateCodes } from './codes.js'
import { readyLines } from './ready-lines.js'
import { type JobRow, jobNumber, jobOfRow } from './rows.js'
import type { Statements } from './statements.js'

/** Part of a WHERE, and the values in it. */
interface Condition {
  readonly text: string
  readonly values: readonly (string | number)[]
}

/** Where jobs are found by state: a table that can be read backwards by its column `job`. */
interface Source {
  readonly from: string
  readonly job: string
  readonly conditions: readonly Condition[]
}

/** One page of jobs, the newest first. Each state is read from its own table, no further than the page needs. */
export function jobsPage(db: Database.Database, statements: Statements, filter: JobFilter, page: Page): JobPage {
  const before = page.after === null ? Number.MAX_SAFE_INTEGER : jobNumber(page.after)
  const prepared = new Map<string, Database.Statement>()
  const found = sourcesOf(statements, filter).flatMap(({ from, job, conditions }) => {
    const all = [{ text: `${job} < ?`, values: [before] }, ...conditions, ...ofJob(filter, job)]
    const where = all.map(({ text }) => text).join(' AND ')
    const text = `SELECT ${job} FROM ${from} WHERE ${where} ORDER BY ${job} DESC LIMIT ?`
    const statement = prepared.get(text) ?? db.prepare(text).pluck()
    prepared.set(text, statement)
    return statement.all(...all.flatMap(({ values }) => values), page.limit + 1) as number[]
  })
  const ids = found.sort((a, b) => b - a).slice(0, page.limit)
  const items = (statements.jobsOf.all(JSON.stringify(ids)) as JobRow[]).map(jobOfRow)
  return { items, next: found.length > page.limit ? (items.at(-1)?.id ?? null) : null }
}

/** What is asked of the job's own row. */
function ofJob({ task, queue, createdBefore, createdAfter }: JobFilter, job: string): readonly Condition[] {
  const conditions: Condition[] = []
  const add = (text: string, ...values: (string | number)[]) => conditions.push({ text, values })
  if (task !== undefined) {
    add('jobs.kind IN (SELECT kinds.id FROM kinds JOIN tasks ON tasks.id = kinds.task WHERE tasks.name = ?)', task)
  }
  if (queue !== undefined) add('jobs.queue = (SELECT id FROM queues WHERE name = ?)', queue)
  if (createdBefore !== undefined) add('jobs.created_at < ?', createdBefore)
  if (createdAfter !== undefined) add('jobs.created_at >= ?', createdAfter)
  if (conditions.length === 0 || job === 'jobs.id') return conditions
  const text = conditions.map((each) => each.text).join(' AND ')
  const values = conditions.flatMap((each) => each.values)
  return [{ text: `EXISTS (SELECT 1 FROM jobs WHERE jobs.id = ${job} AND ${text})`, values }]
}

function sourcesOf(statements: Statements, filter: JobFilter): readonly Source[] {
  const { reason } = filter
  if (filter.states === undefined && reason === undefined) return [{ from: 'jobs', job: 'jobs.id', conditions: [] }]
  const states = new Set(filter.states ?? jobStates)
  // Only what failed has a reason.
  const asked = [...states].filter((state) => reason === undefined || state === 'failed')
  return asked.flatMap((state) => sourcesOfState(statements, state, filter))
}

function sourcesOfState(statements: Statements, state: JobState, filter: JobFilter): readonly Source[] {
  switch (state) {
    case 'scheduled':
    case 'running':
      return [{ from: state, job: `${state}.job`, conditions: [] }]
    case 'queued':
      return [{ from: 'reserved', job: 'reserved.job', conditions: [] }, ...readySources(statements, filter)]
    default:
      return [endSource(state, filter)]
  }
}

// Each state has an index in this order, but that of most jobs, which are read one by one. They are named: SQLite might
// take the index by time, and sort.
const endTables = {
  completed: 'ends NOT INDEXED',
  failed: 'ends INDEXED BY ends_failed',
  cancelled: 'ends INDEXED BY ends_cancelled',
} as const

function endSource(state: keyof typeof endTables, { task, reason }: JobFilter): Source {
  // Written out: SQLite uses a partial index only for what it can read.
  const conditions: Condition[] = [{ text: `ends.state = ${stateCodes[state]}`, values: [] }]
  if (task !== undefined) conditions.push({ text: 'ends.task = (SELECT id FROM tasks WHERE name = ?)', values: [task] })
  if (reason !== undefined) conditions.push({ text: 'ends.reason = ?', values: [reasonCodes[reason]] })
  const from = state === 'failed' && task !== undefined ? 'ends INDEXED BY ends_failed_of' : endTables[state]
  return { from, job: 'ends.job', conditions }
}

function readySources(statements: Statements, { queue, task }: JobFilter): readonly Source[] {
  return readyLines(statements, { queue: queue ?? null, task: task ?? null }).map((line) => ({
    from: 'ready',
    job: 'ready.job',
    conditions: [
      { text: 'ready.queue = ? AND ready.task = ? AND ready.rank = ?', values: [line.queue, line.task, line.rank] },
    ],
  }))
}
