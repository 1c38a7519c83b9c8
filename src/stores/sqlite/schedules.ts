import type { EpochMs } from '../../domain/job.js'
import { begunAnew, countUnfireable, endPause, followClock, reviseSchedule } from '../../domain/schedule/revise.js'
import {
  type NewSchedule,
  onTimeMs,
  type StoredSchedule,
  wasChanged,
  wasRemoved,
} from '../../domain/schedule/schedule.js'
import { keptScheduleOfRow, type ScheduleRow, type SlotRow, scheduleRow, slotOfRow } from './schedule-rows.js'
import type { Statements } from './statements.js'
import type { Writing } from './writing.js'

// LIMIT -1 is no limit.
const all = -1

export function putSchedule({ statements, clock }: Writing, desired: NewSchedule) {
  const row = scheduleRow(statements, desired.name)
  const kept = reviseSchedule(row === null ? null : keptScheduleOfRow(row), desired, clock.now())
  if (kept === null) return 'unchanged'
  const plan = kept.plan === null ? null : JSON.stringify(kept.plan)
  const { pauses: _, clockAhead: __, ...values } = kept
  statements.keepSchedule.run({ ...values, plan, revision: nextVersion(statements) })
  const { name } = kept
  const { count } = statements.countWaiting.get(name) as { readonly count: number }
  const inVain = countUnfireable(kept, count)
  if (inVain > 0) skipWaitingSlots(statements, { name, count: inVain, reason: wasChanged, now: clock.now() })
  return row === null ? 'added' : 'changed'
}

export function dropSchedule({ statements, clock }: Writing, name: string) {
  if (statements.dropSchedule.run(name).changes === 0) return 'unknown'
  skipWaitingSlots(statements, { name, count: all, reason: wasRemoved, now: clock.now() })
  statements.dropSlotTotals.run(name)
  nextVersion(statements)
  return 'dropped'
}

/** Gives up the last `count` of the slots that wait. */
function skipWaitingSlots(
  statements: Statements,
  skip: { readonly name: string; readonly count: number; readonly reason: string; readonly now: EpochMs },
): void {
  const { changes } = statements.skipWaiting.run(skip)
  if (changes > 0) statements.addSlotTotal.run(skip.name, 'skipped', changes)
}

export function pauseSchedule({ statements, clock }: Writing, name: string) {
  const row = scheduleRow(statements, name)
  if (row === null) return 'unknown'
  if (row.paused_at !== null) return 'unchanged'
  statements.pause.run({ name, pausedAt: clock.now(), revision: nextVersion(statements) })
  return 'paused'
}

export function resumeSchedule({ statements, clock }: Writing, name: string) {
  const row = scheduleRow(statements, name)
  if (row === null) return 'unknown'
  if (row.paused_at === null) return 'unchanged'
  const pauses = JSON.stringify(endPause(keptScheduleOfRow(row), clock.now()).pauses)
  statements.resume.run({ name, pauses, revision: nextVersion(statements) })
  return 'resumed'
}

/** The revision of what is changed: no schedule of the same name had it, not even one that was removed. */
function nextVersion(statements: Statements): number {
  return (statements.nextVersion.get() as Scheduling).version
}

interface Scheduling {
  readonly version: number
  readonly seenAt: EpochMs | null
  readonly slots: number
}

export function schedulesVersion(statements: Statements): number {
  return (statements.scheduling.get() as Scheduling).version
}

/** Answers when a scheduler was alive before. */
export function schedulerSeenAt(statements: Statements): EpochMs | null {
  return (statements.scheduling.get() as Scheduling).seenAt
}

export function followClockAll(writing: Writing): ReturnType<typeof begunAnew> {
  const { statements, clock } = writing
  const now = clock.now()
  const seenAt = schedulerSeenAt(statements)
  statements.endFutureSuccess.run({ now, latest: now + onTimeMs })
  return allSchedules(statements, now).flatMap((stored) => {
    const kept = followClock(stored, now, seenAt)
    if (kept === null) return []
    const { name, createdAt, decidedUntil, pausedAt } = kept
    const pauses = JSON.stringify(kept.pauses)
    const plan = kept.plan === null ? null : JSON.stringify(kept.plan)
    const clockAhead = kept.clockAhead === null ? null : JSON.stringify(kept.clockAhead)
    const revision = nextVersion(statements)
    statements.followClock.run({ name, plan, createdAt, decidedUntil, pausedAt, pauses, clockAhead, revision })
    return begunAnew(stored, kept)
  })
}

export function noteScheduler({ statements, clock }: Writing): EpochMs | null {
  const seenAt = schedulerSeenAt(statements)
  statements.noteScheduler.run(clock.now())
  return seenAt
}

/** A schedule with its last slot, if it has one. */
type ListedRow = ScheduleRow & {
  readonly waiting: number
  readonly totals: string
  readonly last_success_at: EpochMs | null
} & (SlotRow | { readonly slot: null })

export function allSchedules(
  statements: Statements,
  now: EpochMs,
  names?: readonly string[],
): readonly StoredSchedule[] {
  // A record that is yet to come is of a time when the clock was ahead.
  const latest = now + onTimeMs
  const rows =
    names === undefined
      ? statements.schedules.all({ latest })
      : statements.schedulesNamed.all({ latest, names: JSON.stringify(names) })
  return (rows as ListedRow[]).map((row) => ({
    ...keptScheduleOfRow(row),
    revision: row.revision,
    waiting: row.waiting,
    lastSlot: row.slot === null ? null : slotOfRow(row),
    lastSuccessAt: row.last_success_at,
    slotTotals: JSON.parse(row.totals) as StoredSchedule['slotTotals'],
  }))
}

/** Removes schedules that had one slot, and what became of slots, if it was long ago. Answers how many records of slots. */
export function pruneSlots(statements: Statements, before: EpochMs, limit: number): number {
  const { changes } = statements.pruneSlots.run({ before, limit })
  statements.countSlots.run(-changes)
  for (const { name } of statements.prunableSchedules.all({ before, limit }) as { readonly name: string }[]) {
    statements.dropSchedule.run(name)
    statements.dropSlotTotals.run(name)
    nextVersion(statements)
  }
  return changes
}

export function slotPruneIsDue(statements: Statements, before: EpochMs): boolean {
  return (
    statements.anySlotBefore.get({ before }) !== undefined || statements.anyOnceBefore.get({ before }) !== undefined
  )
}

/** The time of the newest record that is one too many; below all times if there are not so many. */
export function newestSlotTooMany(statements: Statements, most: number): EpochMs {
  // As they were counted: the search passes over as many as may stay.
  if ((statements.scheduling.get() as Scheduling).slots <= most) return Number.NEGATIVE_INFINITY
  const row = statements.newestSlotTooMany.get(most) as { readonly time: EpochMs } | undefined
  return row?.time ?? Number.NEGATIVE_INFINITY
}
