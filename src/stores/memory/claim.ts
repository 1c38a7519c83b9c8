import { isNotificationKey } from '../../domain/notification.js'
import type { Claim, ClaimRequest } from '../store.js'
import { hasExpired } from './expiry.js'
import { byPriority, type JobRow } from './jobs.js'
import type { Tables } from './tables.js'

export function claimJobs(tables: Tables, request: ClaimRequest): readonly Claim[] {
  const { worker, queues, limit } = request
  if (limit <= 0 || !tables.workers.holdsLease(worker)) return []
  const now = tables.clock.now()
  const startable = tables.jobs
    .inState('queued')
    .filter((row) => !hasExpired(row, now))
    .sort(byPriority)
  const reserved = startable.filter((row) => row.job.reservedFor === worker).slice(0, limit)
  const lines = linesOf(
    startable.filter(
      ({ job }) =>
        job.reservedFor === null && !tables.paused.has(job.queue) && request.tasks?.includes(job.task) !== false,
    ),
  )
  const ready = [...lines.keys()].sort()
  const shared = tables.turns.share(ready, queues, limit - reserved.length, (queue, share) => {
    const line = lines.get(queue) ?? []
    lines.set(queue, line.slice(share))
    return line.slice(0, share)
  })
  return [...reserved, ...shared].map((row) => start(tables, row, request.worker))
}

function linesOf(rows: readonly JobRow[]): Map<string, readonly JobRow[]> {
  const lines = new Map<string, JobRow[]>()
  for (const row of rows) {
    const line = lines.get(row.job.queue)
    if (line === undefined) lines.set(row.job.queue, [row])
    else line.push(row)
  }
  return lines
}

function start(tables: Tables, row: JobRow, worker: string): Claim {
  const startedAt = tables.clock.now()
  const attempt = row.job.attempt + 1
  row.attempts = [
    ...row.attempts,
    {
      attempt,
      state: 'running',
      reason: null,
      startedAt,
      endedAt: null,
      error: null,
      worker,
      endedBy: null,
      usage: null,
    },
  ]
  tables.jobs.change(row, { state: 'running', attempt, worker, startedAt, endedBy: null })
  const { id, task, queue, key } = row.job
  return {
    job: { ...row.job, slot: row.job.schedule?.slot ?? null },
    lease: { job: id, attempt, worker, task, queue, isNotification: isNotificationKey(key) },
  }
}
