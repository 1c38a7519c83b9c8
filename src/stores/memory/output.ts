import type { JobId, OutputLine, Progress } from '../../domain/job.js'
import type { Addition } from '../store.js'
import type { Tables } from './tables.js'

/** Adds to the output of a running attempt, if its lease holds. */
export function append(tables: Tables, { lease, progress, output, forget, usage }: Addition): 'appended' | 'lost' {
  const row = tables.jobs.find(lease.job)
  if (row === null || !tables.workers.holdsLease(lease.worker)) return 'lost'
  const { state, attempt, worker } = row.job
  if (state !== 'running' || attempt !== lease.attempt || worker !== lease.worker) return 'lost'
  const lines = [...(row.output.get(attempt) ?? []), ...output]
  const kept = forget === null ? lines : lines.filter(({ line }) => line < forget.first || line > forget.last)
  row.output.set(attempt, kept)
  if (progress !== null) row.progress = progress
  if (usage !== null) row.attempts = row.attempts.map((each) => (each.attempt === attempt ? { ...each, usage } : each))
  return 'appended'
}

export function outputOf(
  tables: Tables,
  id: JobId,
  attempt: number,
  { after, limit }: { readonly after: number; readonly limit: number },
): readonly OutputLine[] {
  const lines = tables.jobs.find(id)?.output.get(attempt) ?? []
  return lines.filter(({ line }) => line > after).slice(0, limit)
}

export function progressOf(tables: Tables, ids: readonly JobId[]): ReadonlyMap<JobId, Progress> {
  const found = ids.flatMap((id) => {
    const progress = tables.jobs.find(id)?.progress
    return progress == null ? [] : [[id, progress] as const]
  })
  return new Map(found)
}
