import type Database from 'better-sqlite3'
import { foldNumbers } from '../../domain/failure-group.js'
import { type EpochMs, type JobState, jobStates } from '../../domain/job.js'
import { type FinalState, finalStates } from '../retention.js'
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
  const found = sourcesOf(db, statements, filter).flatMap(({ from, job, conditions }) => {
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

function sourcesOf(db: Database.Database, statements: Statements, filter: JobFilter): readonly Source[] {
  const states = statesOf(filter)
  if (states?.length === 0) return []
  if (filter.schedule !== undefined) return [scheduleSource(filter.schedule, states, filter)]
  if (states === null) return [{ from: 'jobs', job: 'jobs.id', conditions: [] }]
  return states.flatMap((state) => sourcesOfState(db, statements, state, filter))
}

/** The states that jobs of the filter can have; null: all. */
function statesOf({ states, reason, error, endedAfter }: JobFilter): readonly JobState[] | null {
  const isFailure = reason !== undefined || error !== undefined
  if (states === undefined && !isFailure && endedAfter === undefined) return null
  const asked = new Set(states ?? jobStates)
  // Only what failed has a reason and an error that is counted.
  if (isFailure) return asked.has('failed') ? ['failed'] : []
  return endedAfter === undefined ? [...asked] : finalStates.filter((state) => asked.has(state))
}

function sourcesOfState(
  db: Database.Database,
  statements: Statements,
  state: JobState,
  filter: JobFilter,
): readonly Source[] {
  switch (state) {
    case 'scheduled':
    case 'running':
      return [{ from: state, job: `${state}.job`, conditions: [] }]
    case 'queued':
      return [{ from: 'reserved', job: 'reserved.job', conditions: [] }, ...readySources(statements, filter)]
    default:
      if (filter.error !== undefined) return failureSources(statements, filter)
      return [endSource(db, state, filter)]
  }
}

/** The jobs of a schedule in these states (null: all), which are few beside those of a state. */
function scheduleSource(schedule: string, states: readonly JobState[] | null, filter: JobFilter): Source {
  const conditions: Condition[] = [{ text: 'jobs.schedule = ?', values: [schedule] }]
  if (states !== null) conditions.push(anyOf(states.map((state) => isInState(state, filter))))
  return { from: 'jobs INDEXED BY jobs_of_schedule', job: 'jobs.id', conditions }
}

function isInState(state: JobState, filter: JobFilter): Condition {
  const isIn = (table: string) => `EXISTS (SELECT 1 FROM ${table} WHERE ${table}.job = jobs.id)`
  if (state === 'scheduled' || state === 'running') return { text: isIn(state), values: [] }
  if (state === 'queued') {
    return { text: `NOT (${['scheduled', 'running', 'ends'].map(isIn).join(' OR ')})`, values: [] }
  }
  const conditions = ofEnd(state, filter)
  const text = ['ends.job = jobs.id', ...conditions.map((condition) => condition.text)].join(' AND ')
  return { text: `EXISTS (SELECT 1 FROM ends WHERE ${text})`, values: conditions.flatMap(({ values }) => values) }
}

function anyOf(conditions: readonly Condition[]): Condition {
  const text = conditions.map((condition) => condition.text).join(' OR ')
  return { text: `(${text})`, values: conditions.flatMap(({ values }) => values) }
}

// Each state has an index in this order, but that of most jobs, which are read one by one. They are named: SQLite might
// take the index by time, and sort.
const endTables = {
  completed: 'ends NOT INDEXED',
  failed: 'ends INDEXED BY ends_failed',
  cancelled: 'ends INDEXED BY ends_cancelled',
} as const

// So many are sorted faster than found among a million that ended before.
const sortable = 10_000

function endSource(db: Database.Database, state: FinalState, filter: JobFilter): Source {
  const { task, endedAfter } = filter
  const ends = { job: 'ends.job', conditions: ofEnd(state, filter) }
  if (endedAfter !== undefined && countEnds(db, state, endedAfter) < sortable) {
    return { ...ends, from: 'ends INDEXED BY ends_at' }
  }
  return {
    ...ends,
    from: state === 'failed' && task !== undefined ? 'ends INDEXED BY ends_failed_of' : endTables[state],
  }
}

function countEnds(db: Database.Database, state: FinalState, endedAfter: EpochMs): number {
  const text = 'SELECT count(*) FROM (SELECT 1 FROM ends WHERE state = ? AND ended_at >= ? LIMIT ?)'
  return db.prepare(text).pluck().get(stateCodes[state], endedAfter, sortable) as number
}

/** What is asked of the row of the end. The state is written out: only so SQLite can use a partial index. */
function ofEnd(state: FinalState, { task, reason, endedAfter, error }: JobFilter): readonly Condition[] {
  const conditions: Condition[] = [{ text: `ends.state = ${stateCodes[state]}`, values: [] }]
  if (task !== undefined) conditions.push({ text: 'ends.task = (SELECT id FROM tasks WHERE name = ?)', values: [task] })
  if (reason !== undefined) conditions.push({ text: 'ends.reason = ?', values: [reasonCodes[reason]] })
  if (endedAfter !== undefined) conditions.push({ text: 'ends.ended_at >= ?', values: [endedAfter] })
  if (error !== undefined) {
    const isFound = 'instr(failures.error, ?) > 0'
    const values = [foldNumbers(error)]
    conditions.push({ text: `ends.failure IN (SELECT id FROM failures WHERE ${isFound})`, values })
  }
  return conditions
}

/** Failed jobs by their error, which is stored once for many. */
function failureSources(statements: Statements, filter: JobFilter): readonly Source[] {
  const { error = '', ...rest } = filter
  const { task = null } = rest
  const groups = statements.failuresWith.all({ error: foldNumbers(error), task }) as { readonly id: number }[]
  // The task too: failures of commands are grouped by the names of their schedules.
  const conditions = ofEnd('failed', rest)
  return groups.map(({ id }) => ({
    from: 'ends INDEXED BY ends_of_failure',
    job: 'ends.job',
    conditions: [{ text: 'ends.failure = ?', values: [id] }, ...conditions],
  }))
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
