import type { Job, JobId, NewJob } from '../../domain/job.js'
import { isFinal } from '../../domain/transitions.js'
import { goneWorkerError } from '../losses.js'
import type { Enqueued } from '../store.js'
import type { Entry } from './jobs.js'
import type { Tables } from './tables.js'

/** Stores one job, or answers what its unique key says. */
export function enqueueJob(tables: Tables, newJob: NewJob): Enqueued {
  const { key } = newJob
  const holder = key === null ? null : keyHolder(tables, key.name)
  if (key !== null && holder !== null && key.policy !== 'replace') {
    return { id: holder.job.id, answer: key.policy === 'skip' ? 'existing' : 'refused' }
  }
  const { reservedFor, lostWithWorker } = newJob
  if (lostWithWorker && reservedFor !== null && !tables.workers.has(reservedFor)) throw goneWorkerError(reservedFor)
  if (holder !== null) cancelEntry(tables, holder)
  const { id } = insert(tables, newJob).job
  if (key !== null) tables.keys.set(key.name, { job: id, heldUntil: tables.clock.now() + key.forMs })
  return { id, answer: holder === null ? 'created' : 'replaced' }
}

function keyHolder(tables: Tables, name: string): Entry | null {
  const held = tables.keys.get(name)
  const entry = held === undefined ? null : tables.jobs.find(held.job)
  if (held === undefined || entry === null) return null
  return isFinal(entry.job.state) && held.heldUntil <= tables.clock.now() ? null : entry
}

function insert(tables: Tables, newJob: NewJob): Entry {
  const now = tables.clock.now()
  const { reservedFor, key, dueAt, ...given } = newJob
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
    cancelWanted: false,
    worker: null,
    endedBy: null,
    schedule: null,
  }
  return tables.jobs.add(job)
}

export function cancelJob(tables: Tables, id: JobId): 'cancelled' | 'requested' | 'ended' | 'unknown' {
  const entry = tables.jobs.find(id)
  return entry === null ? 'unknown' : cancelEntry(tables, entry)
}

function cancelEntry(tables: Tables, entry: Entry): 'cancelled' | 'requested' | 'ended' {
  if (isFinal(entry.job.state)) return 'ended'
  if (entry.job.state === 'running') {
    tables.jobs.amend(entry, { cancelWanted: true })
    return 'requested'
  }
  tables.jobs.change(entry, { state: 'cancelled', endedAt: tables.clock.now() })
  return 'cancelled'
}
