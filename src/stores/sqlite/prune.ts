import type { EpochMs, JobState } from '../../domain/job.js'
import type { PruneRequest } from '../store.js'
import { pruneSlots, slotPruneIsDue } from './schedules.js'
import type { Statements } from './statements.js'

/** Removes what ended long ago, the oldest first. Answers how many jobs, or slots if those are more. */
export function prune(statements: Statements, now: EpochMs, request: PruneRequest) {
  const { endedBefore, statisticsBefore, slotsBefore, limit } = request
  let removed = 0
  for (const [state, before] of Object.entries(endedBefore)) {
    const rows = statements.prunable.all({ state, before, now, limit: limit - removed }) as { readonly id: number }[]
    if (rows.length === 0) continue
    const ids = JSON.stringify(rows.map(({ id }) => id))
    statements.pruneKeys.run(ids)
    statements.pruneAttempts.run(ids)
    statements.pruneOutput.run(ids)
    statements.pruneProgress.run(ids)
    statements.pruneUsage.run(ids)
    statements.noteRemoved.run(ids)
    statements.pruneJobs.run(ids)
    removed += rows.length
  }
  if (statisticsBefore !== null) {
    const minute = Math.floor(statisticsBefore / 60_000)
    statements.pruneStatistics.run(minute)
    statements.pruneDurations.run(minute)
  }
  const slots = slotsBefore === null ? 0 : pruneSlots(statements, slotsBefore, limit)
  return Math.max(removed, slots)
}

/** Whether a prune would remove anything: asked first, so that an idle store is only read. */
export function pruneIsDue(statements: Statements, request: PruneRequest): boolean {
  const { endedBefore, statisticsBefore, slotsBefore } = request
  const jobs = Object.entries(endedBefore).some(
    ([state, before]) => statements.anyEndedBefore.get(state, before) !== undefined,
  )
  if (jobs || (slotsBefore !== null && slotPruneIsDue(statements, slotsBefore))) return true
  if (statisticsBefore === null) return false
  return statements.anyStatisticsBefore.get(Math.floor(statisticsBefore / 60_000)) !== undefined
}

/** When the job ended that `newer` others of its state have ended after; null if there is none. */
export function endOfNewest(statements: Statements, state: JobState, newer: number): EpochMs | null {
  const row = statements.endOfNewest.get(state, newer) as { readonly endedAt: EpochMs } | undefined
  return row?.endedAt ?? null
}
