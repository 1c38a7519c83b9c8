import type { JobId } from '../../domain/job.js'
import type { Retried } from '../store.js'
import { keyHolder } from './enqueue.js'
import { buryIfExpired } from './expiry.js'
import type { JobRow } from './jobs.js'
import { keepJobEnd } from './slot-of.js'
import type { Tables } from './tables.js'

const unretried = { scheduled: 'waiting', queued: 'waiting', running: 'running', completed: 'completed' } as const

export function retryJob(tables: Tables, id: JobId): Retried {
  const row = tables.jobs.find(id)
  if (row === null) return 'unknown'
  buryIfExpired(tables, row)
  const { state, key, lostWithWorker } = row.job
  if (state !== 'failed' && state !== 'cancelled') return unretried[state]
  if (lostWithWorker) return 'input-gone'
  if (key !== null) {
    const holder = keyHolder(tables, key)
    if (holder !== null && holder !== row) return 'key-taken'
    if (tables.keys.get(key)?.job !== row.job.id) tables.keys.set(key, { job: row.job.id, forMs: 0 })
  }
  reopen(tables, row)
  return 'retried'
}

function reopen(tables: Tables, row: JobRow): void {
  tables.jobs.change(row, {
    state: 'queued',
    reason: null,
    dueAt: tables.clock.now(),
    endedAt: null,
    expiresAt: null,
    failures: 0,
    losses: 0,
    lossesAlone: 0,
    postponements: 0,
    suspect: false,
    error: null,
    reservedFor: null,
  })
  row.progress = null
  row.failure = null
  row.end = null
  keepJobEnd(tables, row, null)
}
