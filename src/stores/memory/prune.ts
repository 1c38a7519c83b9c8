import type { EpochMs, JobState } from '../../domain/job.js'
import type { PruneRequest } from '../store.js'
import { byArrival, type Entry } from './jobs.js'
import { pruneSlots } from './schedules.js'
import type { Tables } from './tables.js'

export function prune(tables: Tables, request: PruneRequest): number {
  const { endedBefore, statisticsBefore, slotsBefore, limit } = request
  const removed: Entry[] = []
  for (const [state, before] of Object.entries(endedBefore)) {
    const old = byEnd(tables, state as JobState).filter(
      (entry) => (entry.job.endedAt ?? 0) <= before && !holdsKey(tables, entry),
    )
    removed.push(...old.slice(0, limit - removed.length))
  }
  for (const entry of removed) {
    tables.jobs.remove(entry)
    const { key, id } = entry.job
    if (key !== null && tables.keys.get(key)?.job === id) tables.keys.delete(key)
  }
  if (statisticsBefore !== null) tables.ends.forgetMinutesBefore(statisticsBefore)
  const slots = slotsBefore === null ? 0 : pruneSlots(tables, slotsBefore, limit)
  return Math.max(removed.length, slots)
}

export function endOfNewest(tables: Tables, state: JobState, newer: number): EpochMs | null {
  return byEnd(tables, state).at(-1 - newer)?.job.endedAt ?? null
}

function byEnd(tables: Tables, state: JobState): readonly Entry[] {
  return tables.jobs.inState(state).toSorted((a, b) => (a.job.endedAt ?? 0) - (b.job.endedAt ?? 0) || byArrival(a, b))
}

/** Whether the key is to stay taken for some time, though its job has ended. */
function holdsKey({ keys, clock }: Tables, { job }: Entry): boolean {
  const held = job.key === null ? undefined : keys.get(job.key)
  return held?.job === job.id && held.heldUntil > clock.now()
}
