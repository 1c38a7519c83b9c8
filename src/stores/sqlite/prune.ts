import type { EpochMs } from '../../domain/job.js'
import type { Retention } from '../../domain/retention.js'
import { minuteOf } from '../../domain/statistics.js'
import { type FinalState, finalStates, keepMsOf, oldestKept } from '../retention.js'
import { stateCodes } from './codes.js'
import type { NewestTooMany } from './newest-too-many.js'
import { pruneSlots, slotPruneIsDue } from './schedules.js'
import type { Statements } from './statements.js'
import type { Writing } from './writing.js'

/** Jobs of one state that have been kept long enough. */
interface PrunableJobs {
  readonly state: FinalState
  readonly before: EpochMs
  readonly ids: readonly number[]
}

/** What a prune would remove; null: nothing of that kind. */
export interface Prunable {
  readonly jobs: readonly PrunableJobs[]
  readonly statisticsBefore: EpochMs | null
  readonly slotsBefore: EpochMs | null
}

/**
 * Looks for what has been kept long enough, the oldest first; null if there is nothing. Without the lock: to find the jobs
 * whose keys are free takes half a second where a million hold theirs for longer.
 */
export function findPrunable(
  statements: Statements,
  tooMany: NewestTooMany,
  now: EpochMs,
  retention: Retention,
  limit: number,
): Prunable | null {
  const jobs: PrunableJobs[] = []
  let left = limit
  for (const state of finalStates) {
    const found = prunableJobs(statements, tooMany, now, state, retention, left)
    if (found.ids.length > 0) jobs.push(found)
    left -= found.ids.length
  }
  const { statisticsMs } = retention
  const oldestMinute = oldestKept(now, statisticsMs)
  const anyMinute = statisticsMs !== null && statements.anyStatisticsBefore.get(minuteOf(oldestMinute)) !== undefined
  const statisticsBefore = anyMinute ? oldestMinute : null
  const slotsBefore = prunableSlots(statements, tooMany, now, retention)
  if (jobs.length === 0 && !anyMinute && slotsBefore === null) return null
  return { jobs, statisticsBefore, slotsBefore }
}

/** The oldest go first: as long as enough are found by what is known, nothing has to be searched for. */
function prunableJobs(
  statements: Statements,
  tooMany: NewestTooMany,
  now: EpochMs,
  state: FinalState,
  retention: Retention,
  limit: number,
): PrunableJobs {
  const find = (before: EpochMs): PrunableJobs => {
    const rows = statements.prunable.all({ state: stateCodes[state], before, now, limit }) as { readonly job: number }[]
    return { state, before, ids: rows.map(({ job }) => job) }
  }
  const known = Math.max(tooMany.known(state, retention), oldestKept(now, keepMsOf(retention, state)))
  const found = find(known)
  if (found.ids.length === limit) return found
  const before = tooMany.search(state, retention)
  return before > known ? find(before) : found
}

/** null: there are none. */
function prunableSlots(
  statements: Statements,
  tooMany: NewestTooMany,
  now: EpochMs,
  retention: Retention,
): EpochMs | null {
  const before = (newestTooMany: EpochMs) => Math.max(newestTooMany + 1, oldestKept(now, retention.slotsMs))
  const known = tooMany.known('slots', retention)
  if (known > Number.NEGATIVE_INFINITY && slotPruneIsDue(statements, before(known))) return before(known)
  const found = before(tooMany.search('slots', retention))
  return slotPruneIsDue(statements, found) ? found : null
}

/** Removes what was found and is still as it was. Returns how many jobs, or slots if those are more. */
export function prune(writing: Writing, found: Prunable, limit: number): number {
  const { statements } = writing
  const { statisticsBefore, slotsBefore } = found
  let removed = 0
  for (const jobs of found.jobs) removed += removeJobs(writing, jobs)
  if (statisticsBefore !== null) {
    statements.pruneStatistics.run(minuteOf(statisticsBefore))
    statements.pruneDurations.run(minuteOf(statisticsBefore))
  }
  const slots = slotsBefore === null ? 0 : pruneSlots(statements, slotsBefore, limit)
  return Math.max(removed, slots)
}

function removeJobs({ statements, counters }: Writing, { state, before, ids: found }: PrunableJobs): number {
  const rows = statements.stillPrunable.all(JSON.stringify(found), stateCodes[state], before) as EndRow[]
  if (rows.length === 0) return 0
  for (const { queue } of rows) counters.add(queue, state, -1)
  const ids = JSON.stringify(rows.map(({ job }) => job))
  // Before the jobs themselves: both are found by what the jobs say.
  statements.pruneKeys.run(ids)
  statements.pruneExpiring.run(ids)
  statements.pruneAttempts.run(ids)
  statements.pruneOutput.run(ids)
  statements.pruneProgress.run(ids)
  statements.pruneUsage.run(ids)
  statements.pruneTroubles.run(ids)
  statements.noteRemoved.run(ids)
  statements.pruneEnds.run(ids)
  statements.pruneJobs.run(ids)
  return rows.length
}

interface EndRow {
  readonly job: number
  readonly queue: number
}
