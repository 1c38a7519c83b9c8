import type { EpochMs } from '../../domain/job.js'
import type { Claim, ClaimRequest } from '../store.js'
import { byPriority, type Entry } from './jobs.js'
import type { Tables } from './tables.js'

export function claimJobs(tables: Tables, request: ClaimRequest): readonly Claim[] {
  const { worker, queues, limit } = request
  if (limit <= 0 || !tables.workers.holdsLease(worker)) return []
  const now = tables.clock.now()
  const startable = tables.jobs
    .inState('queued')
    .filter((entry) => !hasExpired(entry, now))
    .sort(byPriority)
  const reserved = startable.filter((entry) => entry.job.reservedFor === worker).slice(0, limit)
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
  return [...reserved, ...shared].map((entry) => start(tables, entry, request.worker))
}

/** Never started, and too late to start now. */
export function hasExpired(entry: Entry, now: EpochMs): boolean {
  return entry.job.expiresAt !== null && entry.job.expiresAt <= now && entry.attempts.length === 0
}

function linesOf(entries: readonly Entry[]): Map<string, readonly Entry[]> {
  const lines = new Map<string, Entry[]>()
  for (const entry of entries) {
    const line = lines.get(entry.job.queue)
    if (line === undefined) lines.set(entry.job.queue, [entry])
    else line.push(entry)
  }
  return lines
}

function start(tables: Tables, entry: Entry, worker: string): Claim {
  const startedAt = tables.clock.now()
  const attempt = entry.job.attempt + 1
  entry.attempts = [
    ...entry.attempts,
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
  tables.jobs.change(entry, { state: 'running', attempt, worker, startedAt, endedBy: null })
  const { id, task, queue } = entry.job
  return {
    job: { ...entry.job, slot: entry.job.schedule?.slot ?? null },
    lease: { job: id, attempt, worker, task, queue },
  }
}
