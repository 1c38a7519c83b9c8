import type { EpochMs } from '../../domain/job.js'
import type { Retention } from '../../domain/retention.js'
import { minuteOf } from '../../domain/statistics.js'
import { type FinalState, finalStates, keepMsOf, oldestKept, oldestYoung } from '../retention.js'
import { forgetFailures } from './failures.js'
import { byArrival, type JobRow } from './jobs.js'
import { holdsKey, removeRow } from './remove.js'
import { newestSlotTooMany, pruneSlots } from './schedules.js'
import type { Tables } from './tables.js'
import { pruneTokens } from './tokens.js'

export function prune(tables: Tables, retention: Retention, limit: number): number {
  const { most, statisticsMs, slotsMs } = retention
  const now = tables.clock.now()
  const removed = prunableRows(tables, retention, limit)
  for (const row of removed) removeRow(tables, row)
  if (statisticsMs !== null) forgetMinutes(tables, oldestKept(now, statisticsMs))
  const slotsBefore = Math.max(newestSlotTooMany(tables, most) + 1, oldestKept(now, slotsMs))
  return Math.max(removed.length, pruneSlots(tables, slotsBefore, limit), pruneTokens(tables, limit))
}

/** At most `limit` jobs that the retention no longer keeps. */
export function prunableRows(tables: Tables, retention: Retention, limit: number): readonly JobRow[] {
  const now = tables.clock.now()
  const found: JobRow[] = []
  for (const state of finalStates) {
    const ended = byEnd(tables, state)
    const removable = (before: EpochMs) =>
      ended.filter((row) => (row.job.endedAt ?? 0) <= before && !holdsKey(tables, row))
    const old = removable(oldestKept(now, keepMsOf(retention, state)))
    const others = removable(oldestYoung(now)).filter((row) => !old.includes(row))
    const tooMany = others.toSorted(byArrival).slice(0, Math.max(0, ended.length - old.length - retention.most))
    found.push(...[...old, ...tooMany].slice(0, limit - found.length))
  }
  return found
}

/** Removes what was counted before. */
function forgetMinutes(tables: Tables, before: EpochMs): void {
  tables.ends.forgetMinutesBefore(before)
  forgetFailures(tables, minuteOf(before))
  tables.samples.splice(
    0,
    tables.samples.length,
    ...tables.samples.filter(({ at }) => minuteOf(at) >= minuteOf(before)),
  )
}

function byEnd(tables: Tables, state: FinalState): readonly JobRow[] {
  return tables.jobs.inState(state).toSorted((a, b) => (a.job.endedAt ?? 0) - (b.job.endedAt ?? 0) || byArrival(a, b))
}
