import type { EpochMs, Job, JobId, JobState, NewJob } from '../../domain/job.js'
import { isFinal } from '../../domain/transitions.js'
import { goneWorkerError } from '../losses.js'
import type { CancelAnswer, Enqueued } from '../store.js'
import { endJob } from './ends.js'
import { buryIfExpired } from './expiry.js'
import type { JobRow } from './jobs.js'
import type { Tables, TakenKey } from './tables.js'

/** Stores one job, or answers what its unique key says. */
export function enqueueJob(tables: Tables, newJob: NewJob): Enqueued {
  const { key } = newJob
  const holder = key === null ? null : keyHolder(tables, key.name)
  if (key !== null && holder !== null && key.policy !== 'replace') {
    return { id: holder.job.id, answer: key.policy === 'skip' ? 'existing' : 'refused' }
  }
  const { reservedFor, lostWithWorker } = newJob
  if (lostWithWorker && reservedFor !== null && !tables.workers.has(reservedFor)) throw goneWorkerError(reservedFor)
  if (holder !== null) cancelRow(tables, holder)
  const { id } = insert(tables, newJob).job
  if (key !== null) tables.keys.set(key.name, { job: id, forMs: key.forMs })
  return { id, answer: holder === null ? 'created' : 'replaced' }
}

export function keyHolder(tables: Tables, name: string): JobRow | null {
  const taken = tables.keys.get(name)
  const row = taken === undefined ? null : tables.jobs.find(taken.job)
  if (taken === undefined || row === null) return null
  buryIfExpired(tables, row)
  return isFinal(row.job.state) && isFree(taken, row.job, tables.clock.now()) ? null : row
}

/** Whether a key is free again, now that its job has ended. */
export function isFree({ forMs }: TakenKey, { endedAt }: Job, now: EpochMs): boolean {
  return forMs === 0 || (endedAt ?? 0) + forMs <= now
}

function insert(tables: Tables, newJob: NewJob): JobRow {
  const now = tables.clock.now()
  const { reservedFor, key, dueAt, token: _, ...given } = newJob
  const job: Omit<Job, 'id'> = {
    ...given,
    key: key?.name ?? null,
    state: dueAt > now ? 'scheduled' : 'queued',
    reason: null,
    createdAt: now,
    dueAt: Math.max(dueAt, now),
    startedAt: null,
    endedAt: null,
    attempt: 0,
    failures: 0,
    losses: 0,
    lossesAlone: 0,
    postponements: 0,
    suspect: false,
    resultJson: null,
    error: null,
    reservedFor: reservedFor !== null && tables.workers.has(reservedFor) ? reservedFor : null,
    cancelRequested: false,
    worker: null,
    endedBy: null,
    schedule: null,
  }
  return tables.jobs.add(job)
}

export function cancelJob(tables: Tables, id: JobId, states?: readonly JobState[]): CancelAnswer {
  const row = tables.jobs.find(id)
  if (row === null) return 'unknown'
  return states?.includes(row.job.state) === false ? 'changed' : cancelRow(tables, row)
}

function cancelRow(tables: Tables, row: JobRow): 'cancelled' | 'requested' | 'ended' {
  if (isFinal(row.job.state)) return 'ended'
  if (row.job.state === 'running') {
    tables.jobs.amend(row, { cancelRequested: true })
    return 'requested'
  }
  endJob(tables, row, { state: 'cancelled', endedAt: tables.clock.now() }, null)
  return 'cancelled'
}
