import type { EpochMs, JobState } from '../../domain/job.js'
import { minuteOf } from '../../domain/statistics.js'
import type { PruneRequest } from '../store.js'
import { pruneSlots, slotPruneIsDue } from './schedules.js'
import type { Statements } from './statements.js'

/** Jobs of one state that have been kept long enough. */
interface PrunableJobs {
  readonly state: string
  readonly before: EpochMs
  readonly ids: readonly number[]
}

/** What a prune would remove. */
export interface Prunable {
  readonly jobs: readonly PrunableJobs[]
  readonly statistics: boolean
  readonly slots: boolean
}

/**
 * Looks for what ended long ago, the oldest first; null if there is nothing. Without the lock: to find the jobs whose keys
 * are free takes half a second where a million hold theirs for longer.
 */
export function findPrunable(statements: Statements, now: EpochMs, request: PruneRequest): Prunable | null {
  const { endedBefore, statisticsBefore, slotsBefore, limit } = request
  const jobs: PrunableJobs[] = []
  let left = limit
  for (const [state, before] of Object.entries(endedBefore)) {
    const rows = statements.prunable.all({ state, before, now, limit: left }) as { readonly id: number }[]
    if (rows.length > 0) jobs.push({ state, before, ids: rows.map(({ id }) => id) })
    left -= rows.length
  }
  const statistics =
    statisticsBefore !== null && statements.anyStatisticsBefore.get(minuteOf(statisticsBefore)) !== undefined
  const slots = slotsBefore !== null && slotPruneIsDue(statements, slotsBefore)
  return jobs.length > 0 || statistics || slots ? { jobs, statistics, slots } : null
}

/** Removes what was found and is still as it was. Answers how many jobs, or slots if those are more. */
export function prune(statements: Statements, found: Prunable, request: PruneRequest): number {
  const { statisticsBefore, slotsBefore, limit } = request
  let removed = 0
  for (const { state, before, ids } of found.jobs) {
    const wanted = { state, before, ids: JSON.stringify(ids) }
    const rows = statements.stillPrunable.all(wanted) as { readonly id: number }[]
    if (rows.length === 0) continue
    removeJobs(statements, JSON.stringify(rows.map(({ id }) => id)))
    removed += rows.length
  }
  if (found.statistics && statisticsBefore !== null) {
    statements.pruneStatistics.run(minuteOf(statisticsBefore))
    statements.pruneDurations.run(minuteOf(statisticsBefore))
  }
  const slots = found.slots && slotsBefore !== null ? pruneSlots(statements, slotsBefore, limit) : 0
  return Math.max(removed, slots)
}

function removeJobs(statements: Statements, ids: string): void {
  statements.pruneKeys.run(ids)
  statements.pruneAttempts.run(ids)
  statements.pruneOutput.run(ids)
  statements.pruneProgress.run(ids)
  statements.pruneUsage.run(ids)
  statements.noteRemoved.run(ids)
  statements.pruneJobs.run(ids)
}

/** When the job ended that `newer` others of its state have ended after; null if there is none. */
export function endOfNewest(statements: Statements, state: JobState, newer: number): EpochMs | null {
  const row = statements.endOfNewest.get(state, newer) as { readonly endedAt: EpochMs } | undefined
  return row?.endedAt ?? null
}
