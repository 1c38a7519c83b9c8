import type { EpochMs } from '../../domain/job.js'
import type { Retention } from '../../domain/retention.js'
import { minuteOf } from '../../domain/statistics.js'
import { type FinalState, finalStates, keepMsOf, oldestKept, oldestYoung } from '../retention.js'
import { stateCodes } from './codes.js'
import { removeEnded } from './remove.js'
import { newestSlotTooMany, pruneSlots, slotPruneIsDue } from './schedules.js'
import type { Statements } from './statements.js'
import type { Writing } from './writing.js'

/** Jobs of one state that ended long enough ago. */
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
  readonly tokensUntil: EpochMs | null
}

/**
 * Looks for what the retention no longer keeps; null if there is nothing. Without the lock: to find the jobs whose keys are
 * free takes half a second where a million hold theirs for longer.
 */
export function findPrunable(
  statements: Statements,
  now: EpochMs,
  retention: Retention,
  limit: number,
): Prunable | null {
  const jobs: PrunableJobs[] = []
  let left = limit
  for (const state of finalStates) {
    for (const found of prunableJobs(statements, now, state, retention, left)) {
      if (found.ids.length > 0) jobs.push(found)
      left -= found.ids.length
    }
  }
  const { statisticsMs } = retention
  const oldestMinute = oldestKept(now, statisticsMs)
  const anyMinute =
    statisticsMs !== null && statements.anyStatisticsBefore.get({ minute: minuteOf(oldestMinute) }) !== undefined
  const statisticsBefore = anyMinute ? oldestMinute : null
  const slotsBefore = prunableSlots(statements, now, retention)
  const tokensUntil = statements.anyTokenOver.get(now) === undefined ? null : now
  if (jobs.length === 0 && !anyMinute && slotsBefore === null && tokensUntil === null) return null
  return { jobs, statisticsBefore, slotsBefore, tokensUntil }
}

/** How many jobs would be removed, counted up to `limit`. */
export function countPrunable(statements: Statements, now: EpochMs, retention: Retention, limit: number): number {
  const found = findPrunable(statements, now, retention, limit)
  return found === null ? 0 : found.jobs.reduce((sum, { ids }) => sum + ids.length, 0)
}

/** Those that are too old, the oldest end first; then those that are too many, the lowest ids first. */
function prunableJobs(
  statements: Statements,
  now: EpochMs,
  state: FinalState,
  retention: Retention,
  limit: number,
): readonly PrunableJobs[] {
  const code = stateCodes[state]
  const idsOf = (rows: unknown[]) => (rows as { readonly job: number }[]).map(({ job }) => job)
  const oldest = oldestKept(now, keepMsOf(retention, state))
  const old = idsOf(statements.tooOld.all({ state: code, before: oldest, now, limit }))
  const ended = statements.endedJobs.get() as Readonly<Record<FinalState, number | null>>
  const excess = Math.min((ended[state] ?? 0) - old.length - retention.most, limit - old.length)
  const young = oldestYoung(now)
  const many =
    excess <= 0 ? [] : idsOf(tooManyJobs(statements, state, { after: oldest, before: young, now, limit: excess }))
  return [
    { state, before: oldest, ids: old },
    { state, before: young, ids: many },
  ]
}

interface Ended {
  /** Ended after it, and at `before` at the latest. */
  readonly after: EpochMs
  readonly before: EpochMs
  readonly now: EpochMs
  readonly limit: number
}

// So many are sorted faster than found among a million that ended within the last hour.
const sortable = 10_000

/** The lowest ids of a state. */
function tooManyJobs(statements: Statements, state: FinalState, ended: Ended): unknown[] {
  const { after, before } = ended
  const code = stateCodes[state]
  const { count } = statements.countEnded.get({ state: code, after, before, most: sortable }) as {
    readonly count: number
  }
  if (count === 0) return []
  return count < sortable
    ? statements.tooManyOfFew.all({ state: code, ...ended })
    : statements[tooMany[state]].all(ended)
}

const tooMany = { completed: 'tooManyCompleted', failed: 'tooManyFailed', cancelled: 'tooManyCancelled' } as const

/** null: there are none. */
function prunableSlots(statements: Statements, now: EpochMs, { slotsMs, most }: Retention): EpochMs | null {
  const before = Math.max(newestSlotTooMany(statements, most) + 1, oldestKept(now, slotsMs))
  return slotPruneIsDue(statements, before) ? before : null
}

/** Removes what was found and is still as it was. Returns how many jobs, or slots or tokens if those are more. */
export function prune(writing: Writing, found: Prunable, limit: number): number {
  const { statements } = writing
  const { statisticsBefore, slotsBefore, tokensUntil } = found
  let removed = 0
  for (const jobs of found.jobs) removed += removePrunable(writing, jobs)
  if (statisticsBefore !== null) {
    const minute = { minute: minuteOf(statisticsBefore) }
    statements.pruneStatistics.run(minute)
    statements.pruneDurations.run(minute)
    statements.pruneFailureMinutes.run(minute)
    statements.pruneFailures.run(minute)
    statements.pruneSamples.run(minute)
  }
  const slots = slotsBefore === null ? 0 : pruneSlots(statements, slotsBefore, limit)
  const tokens = tokensUntil === null ? 0 : statements.pruneTokens.run({ now: tokensUntil, limit }).changes
  return Math.max(removed, slots, tokens)
}

function removePrunable(writing: Writing, { state, before, ids: found }: PrunableJobs): number {
  const rows = writing.statements.stillPrunable.all(JSON.stringify(found), stateCodes[state], before) as EndRow[]
  removeEnded(
    writing,
    rows.map((row) => ({ ...row, state })),
  )
  return rows.length
}

interface EndRow {
  readonly job: number
  readonly queue: number
}
