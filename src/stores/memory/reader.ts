import { foldNumbers } from '../../domain/failure-group.js'
import { idNumber, type Job, type JobId, type JobState, jobStates } from '../../domain/job.js'
import { isNotificationKey } from '../../domain/notification.js'
import type { JobFilter, JobPage, Page, QueueInfo, TaskCount } from '../store.js'
import { byPriority, type JobRow } from './jobs.js'
import type { Tables } from './tables.js'

/** One page of jobs, the newest first. */
export function jobsPage(tables: Tables, filter: JobFilter, page: Page): JobPage {
  const before = page.after === null ? Number.POSITIVE_INFINITY : (idNumber(page.after, 'j') ?? 0)
  const found = tables.jobs
    .all()
    .filter((row) => row.number < before && matches(filter, row))
    .map((row) => row.job)
    .reverse()
  const items = found.slice(0, page.limit)
  return { items, next: found.length > page.limit ? (items.at(-1)?.id ?? null) : null }
}

function matches(filter: JobFilter, { job, end, failure }: JobRow): boolean {
  const { states, task, queue, reason, createdBefore, createdAfter, schedule, endedAfter, error } = filter
  return (
    (states === undefined || states.includes(job.state)) &&
    (task === undefined || task === job.task) &&
    (queue === undefined || queue === job.queue) &&
    (reason === undefined || reason === job.reason) &&
    (createdBefore === undefined || job.createdAt < createdBefore) &&
    (createdAfter === undefined || job.createdAt >= createdAfter) &&
    (schedule === undefined || schedule === job.schedule?.name) &&
    (endedAfter === undefined || (end !== null && (job.endedAt ?? 0) >= endedAfter)) &&
    (error === undefined || failure?.error.includes(foldNumbers(error)) === true)
  )
}

export function queueInfos(tables: Tables): readonly QueueInfo[] {
  const jobs = tables.jobs.all().map((row) => row.job)
  const names = [...new Set([...tables.paused.keys(), ...jobs.map((job) => job.queue)])].sort()
  return names.map((name) => {
    const own = jobs.filter((job) => job.queue === name)
    const count = (state: JobState) => own.filter((job) => job.state === state).length
    const counts = Object.fromEntries(jobStates.map((state) => [state, count(state)])) as Record<JobState, number>
    const waiting = own.filter((job) => job.state === 'queued').map((job) => job.dueAt)
    const oldest = waiting.reduce<number | null>((least, dueAt) => Math.min(least ?? dueAt, dueAt), null)
    return { name, paused: tables.paused.has(name), counts, oldestQueuedAt: oldest }
  })
}

/** How many jobs a queue gives out before a queued one. */
export function jobsAhead(tables: Tables, id: JobId, limit: number): number {
  const row = tables.jobs.find(id)
  if (row?.job.state !== 'queued') return 0
  const line = tables.jobs
    .inState('queued')
    .filter(({ job }) => job.queue === row.job.queue && job.reservedFor === null)
  return Math.min(limit, line.filter((other) => byPriority(other, row) < 0).length)
}

/** Running jobs, the longest-running first. */
export function runningJobs(tables: Tables, limit: number): readonly Job[] {
  return tables.jobs
    .inState('running')
    .toSorted((a, b) => (a.job.startedAt ?? 0) - (b.job.startedAt ?? 0) || a.number - b.number)
    .slice(0, limit)
    .map((row) => row.job)
}

/**
 * Whether a job on these queues is queued, runs, or waits for a retry: a delayed job was never claimed. Paused queues
 * do not count: their jobs end at no foreseeable time.
 */
export function hasUnfinished(tables: Tables, queues: readonly string[] | null, tasks?: readonly string[]): boolean {
  return tables.jobs
    .inState('scheduled', 'queued', 'running')
    .map((row) => row.job)
    .filter((job) => job.state !== 'scheduled' || (job.attempt > 0 && !isNotificationKey(job.key)))
    .filter((job) => !tables.paused.has(job.queue))
    .filter((job) => queues === null || queues.includes(job.queue))
    .some((job) => job.state === 'running' || job.reservedFor !== null || tasks?.includes(job.task) !== false)
}

export function queuedByTask(tables: Tables, queues: readonly string[] | null): readonly TaskCount[] {
  const counts = new Map<string, number>()
  for (const { job } of tables.jobs.inState('queued')) {
    if (job.reservedFor !== null || queues?.includes(job.queue) === false || tables.paused.has(job.queue)) continue
    counts.set(job.task, (counts.get(job.task) ?? 0) + 1)
  }
  return [...counts].map(([task, count]) => ({ task, count })).sort((a, b) => (a.task < b.task ? -1 : 1))
}
