import type { JobId } from '../../domain/job.js'
import { isFinal } from '../../domain/transitions.js'
import type { Removed } from '../store.js'
import { isFree } from './enqueue.js'
import type { JobRow } from './jobs.js'
import type { Tables } from './tables.js'

export function removeJob(tables: Tables, id: JobId): Removed {
  const row = tables.jobs.find(id)
  if (row === null) return 'unknown'
  if (!isFinal(row.job.state)) return 'unended'
  if (holdsKey(tables, row)) return 'key-held'
  removeRow(tables, row)
  return 'removed'
}

/** Removes a job that has ended. */
export function removeRow(tables: Tables, row: JobRow): void {
  const { key, id, queue } = row.job
  tables.jobs.remove(row)
  tables.removed.set(queue, (tables.removed.get(queue) ?? 0) + 1)
  if (key !== null && tables.keys.get(key)?.job === id) tables.keys.delete(key)
}

/** Whether the key is to stay taken for some time, though its job has ended. */
export function holdsKey({ keys, clock }: Tables, { job }: JobRow): boolean {
  const taken = job.key === null ? undefined : keys.get(job.key)
  return taken?.job === job.id && !isFree(taken, job, clock.now())
}
