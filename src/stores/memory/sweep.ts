import type { EpochMs, WorkerId } from '../../domain/job.js'
import { afterWorkerLoss } from '../../domain/outcome.js'
import { lostInputError, lostWorkerError } from '../losses.js'
import type { LostWorker, SweepResult } from '../store.js'
import { endJob } from './ends.js'
import { bury, hasExpired } from './expiry.js'
import { byArrival, byPriority, type JobRow } from './jobs.js'
import { end } from './settle.js'
import type { Tables } from './tables.js'

export function sweep(tables: Tables, limit: number, dead: readonly WorkerId[]): SweepResult {
  // Before the promotion: expired jobs must not be queued first.
  let buried = buryExpired(tables, limit)
  const promoted = promoteDue(tables, limit)
  let isPartial = promoted === limit || buried === limit
  let reclaimed = 0
  const lostWorkers: LostWorker[] = []
  for (const worker of new Set([...dead, ...tables.workers.overdue()])) {
    const lost = reclaim(tables, worker, limit)
    reclaimed += lost.reclaimed
    buried += lost.buried
    isPartial ||= lost.isPartial
    if (lost.wasThere) lostWorkers.push({ worker, jobs: lost.jobs })
  }
  return { promoted, reclaimed, buried, lostWorkers, isPartial, nextDueAt: nextDueAt(tables) }
}

/** Hands back the jobs of a worker that ends, and removes the worker. */
export function removeWorker(tables: Tables, worker: WorkerId): void {
  const endedAt = tables.clock.now()
  for (const row of tables.jobs.runBy(worker)) {
    const startedAt = row.job.startedAt ?? endedAt
    end(tables, row, { kind: 'released', started: true, suspect: false, startedAt, endedAt, endedBy: 'released' })
  }
  endReservations(tables, worker, Number.POSITIVE_INFINITY)
  tables.workers.remove(worker)
}

function buryExpired(tables: Tables, limit: number): number {
  const now = tables.clock.now()
  const expired = tables.jobs
    .inState('scheduled', 'queued')
    .filter((row) => hasExpired(row, now))
    .toSorted((a, b) => (a.job.expiresAt ?? 0) - (b.job.expiresAt ?? 0) || byArrival(a, b))
    .slice(0, limit)
  for (const row of expired) bury(tables, row)
  return expired.length
}

function promoteDue(tables: Tables, limit: number): number {
  const now = tables.clock.now()
  const due = tables.jobs
    .inState('scheduled')
    .filter((row) => row.job.dueAt <= now)
    .sort((a, b) => a.job.dueAt - b.job.dueAt || byArrival(a, b))
    .slice(0, limit)
  for (const row of due) tables.jobs.change(row, { state: 'queued' })
  return due.length
}

function nextDueAt(tables: Tables): EpochMs | null {
  let next: EpochMs | null = null
  for (const { job } of tables.jobs.inState('scheduled')) next = Math.min(next ?? job.dueAt, job.dueAt)
  return next
}

/** Takes back the jobs of a dead worker; removes the worker when it has no jobs left. */
function reclaim(tables: Tables, worker: WorkerId, limit: number) {
  const taken = tables.jobs.runBy(worker).slice(0, limit)
  for (const row of taken) lose(tables, row, worker)
  const buried = taken.filter((row) => row.job.state === 'failed').length
  const reserved = endReservations(tables, worker, limit)
  const isPartial = taken.length === limit || reserved.count === limit
  const isRemoved = !isPartial && tables.workers.remove(worker)
  const jobs = taken.map(({ job }) => job.id)
  const reclaimed = taken.length - buried
  return { reclaimed, buried: buried + reserved.buried, isPartial, jobs, wasThere: isRemoved || jobs.length > 0 }
}

function lose(tables: Tables, row: JobRow, worker: WorkerId): void {
  const endedAt = tables.clock.now()
  const startedAt = row.job.startedAt ?? endedAt
  const loss = { reason: 'lost', error: lostWorkerError(worker, row.job.lostWithWorker), endedBy: 'lost' } as const
  end(tables, row, afterWorkerLoss(row.job, { ...loss, startedAt, endedAt }))
}

/** Frees at most `limit` waiting jobs that are reserved for a worker that is gone, and fails those that end with it. */
function endReservations(tables: Tables, worker: WorkerId, limit: number) {
  const now = tables.clock.now()
  const ofWorker = (rows: readonly JobRow[]) => rows.filter(({ job }) => job.reservedFor === worker)
  const scheduled = ofWorker(tables.jobs.inState('scheduled')).toSorted(byArrival)
  const queued = ofWorker(tables.jobs.inState('queued')).toSorted(byPriority)
  const reserved = [...scheduled, ...queued].slice(0, limit)
  const lost = reserved.filter(({ job }) => job.lostWithWorker)
  for (const row of reserved) if (!row.job.lostWithWorker) tables.jobs.amend(row, { reservedFor: null })
  for (const row of lost) {
    endJob(tables, row, { state: 'failed', reason: 'lost', endedAt: now, error: lostInputError(worker) }, null)
    tables.ends.add(row.job, now, { count: 'lost', durationMs: null })
  }
  return { count: reserved.length, buried: lost.length }
}
