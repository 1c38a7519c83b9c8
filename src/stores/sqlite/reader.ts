import type Database from 'better-sqlite3'
import type { Attempt, Job, JobId, JobState } from '../../domain/job.js'
import { jobStates } from '../../domain/job.js'
import type { JobFilter, JobPage, Page, PausedQueue, QueueInfo } from '../store.js'
import { usageOf } from './output.js'
import { type AttemptRow, attemptOfRow, type JobRow, jobNumber, jobOfRow } from './rows.js'
import type { Statements } from './statements.js'

/** All attempts: those in their own table, and the last one out of the job's row if it is not among them. */
export function attemptsOf(statements: Statements, id: string): readonly Attempt[] {
  const row = statements.job.get(jobNumber(id)) as JobRow | undefined
  if (row === undefined) return []
  const usage = usageOf(statements, row.id)
  const attempts = (statements.attempts.all(row.id) as AttemptRow[]).map((attempt) => ({
    ...attemptOfRow(attempt),
    usage: usage.get(attempt.attempt) ?? null,
  }))
  const last = attempts.at(-1)?.attempt ?? 0
  if (row.attempt > last && row.started_at !== null) {
    attempts.push({ ...lastAttempt(jobOfRow(row), row.started_at), usage: usage.get(row.attempt) ?? null })
  }
  return attempts
}

function lastAttempt(job: Job, startedAt: number): Omit<Attempt, 'usage'> {
  const state = job.state === 'scheduled' || job.state === 'queued' ? 'released' : job.state
  const { attempt, reason, endedAt, worker } = job
  const running = state === 'running'
  const error = state === 'failed' ? job.error : null
  return { attempt, state, reason, startedAt, endedAt, error, worker, endedBy: running ? null : job.endedBy }
}

/** One page of jobs, the newest first. */
export function jobsPage(db: Database.Database, filter: JobFilter, page: Page): JobPage {
  const { conditions, values } = conditionsOf(filter)
  if (page.after !== null) {
    conditions.push('id < ?')
    values.push(jobNumber(page.after))
  }
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  const statement = db.prepare(`SELECT * FROM jobs ${where} ORDER BY id DESC LIMIT ?`)
  const rows = statement.all(...values, page.limit + 1) as JobRow[]
  const items = rows.slice(0, page.limit).map(jobOfRow)
  return { items, next: rows.length > page.limit ? (items.at(-1)?.id ?? null) : null }
}

function conditionsOf(filter: JobFilter) {
  const conditions: string[] = []
  const values: (string | number)[] = []
  const add = (condition: string, ...value: (string | number)[]) => {
    conditions.push(condition)
    values.push(...value)
  }
  if (filter.states !== undefined) add(`state IN (${filter.states.map(() => '?').join(', ')})`, ...filter.states)
  if (filter.task !== undefined) add('task = ?', filter.task)
  if (filter.queue !== undefined) add('queue = ?', filter.queue)
  if (filter.reason !== undefined) add('reason = ?', filter.reason)
  if (filter.createdBefore !== undefined) add('created_at < ?', filter.createdBefore)
  if (filter.createdAfter !== undefined) add('created_at >= ?', filter.createdAfter)
  return { conditions, values }
}

/** How many jobs a queue gives out before a queued one. */
export function jobsAhead(statements: Statements, id: JobId, most: number): number {
  const row = statements.job.get(jobNumber(id)) as JobRow | undefined
  if (row?.state !== 'queued') return 0
  const { queue, priority } = row
  return Math.min(most, (statements.jobsAhead.get({ queue, priority, id: row.id, most }) as { count: number }).count)
}

interface QueueCount {
  readonly queue: string
  readonly state: JobState
  readonly count: number
  readonly oldestDueAt: number
}

export function queueInfos(statements: Statements): readonly QueueInfo[] {
  const oldest = new Map<string, number>()
  const paused = new Set((statements.pausedQueues.all() as PausedQueue[]).map(({ name }) => name))
  const queues = new Map([...paused].map((name) => [name, noJobs()]))
  for (const { queue, state, count, oldestDueAt } of statements.queueCounts.all() as QueueCount[]) {
    const counts = queues.get(queue) ?? noJobs()
    counts[state] = count
    queues.set(queue, counts)
    if (state === 'queued') oldest.set(queue, oldestDueAt)
  }
  return [...queues.keys()].sort().map((name) => ({
    name,
    paused: paused.has(name),
    counts: queues.get(name) ?? noJobs(),
    oldestQueuedAt: oldest.get(name) ?? null,
  }))
}

function noJobs(): Record<JobState, number> {
  return Object.fromEntries(jobStates.map((state) => [state, 0])) as Record<JobState, number>
}
