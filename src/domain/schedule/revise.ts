import { formatDuration } from '../duration.js'
import type { EpochMs, JobId } from '../job.js'
import { nextFiring } from './due.js'
import {
  type DeclaredSchedule,
  hasWaited,
  jobOptionsOf,
  type NewSchedule,
  onTimeMs,
  type SlotRecord,
  type StoredSchedule,
} from './schedule.js'
import { slotsOf } from './slots.js'
import { isClockTime } from './time.js'

/** What a store keeps of a schedule, beside its revision, its slots and how their jobs ended. */
export type KeptSchedule = Omit<StoredSchedule, 'revision' | 'waiting' | 'lastSlot' | 'lastSuccessAt' | 'slotTotals'>

/** The new state of a schedule whose source declares it again; null if nothing changed. */
export function reviseSchedule(kept: KeptSchedule | null, declared: NewSchedule, now: EpochMs): KeptSchedule | null {
  const { name, source, task, plan, fault } = declared
  // While it was faulty its timing was unknown: slots that fired before still count.
  const firedBefore = kept?.plan === null ? kept.fired : 0
  const begin = { decidedUntil: Math.min(declared.declaredAt, now), fired: firedBefore }
  const parts = { name, source, task, plan, fault }
  if (kept === null) return { ...parts, createdAt: now, pausedAt: null, pauses: [], clockAhead: null, ...begin }
  if (isSame(comparableParts(kept), comparableParts(declared))) return null
  const changed = { ...kept, ...parts }
  if (plan === null) return changed
  if (kept.plan === null || !isSame(kept.plan.definition.timing, plan.definition.timing)) {
    return { ...changed, ...begin }
  }
  const renewed = hasEnded(kept) ? { decidedUntil: Math.max(kept.decidedUntil, begin.decidedUntil) } : {}
  return { ...changed, ...renewed, plan: { definition: plan.definition, rule: kept.plan.rule } }
}

/** Whether a schedule had no slot left: what passed since then was never due, and is not missed if it is renewed. */
function hasEnded(kept: KeptSchedule): boolean {
  if (kept.plan === null) return false
  try {
    return nextFiring({ ...kept, waiting: 0 }, slotsOf(kept.plan.rule)) === null
  } catch {
    return false // a zone that this system does not know
  }
}

/** By how much the clock must have been ahead for schedules to begin anew; they wait out less, and nothing fires twice. */
export const farAheadMs = 86_400_000

/** A schedule after the clock was set, if it is to follow; null if not. `seenAt`: when a scheduler last looked, by the clock of then. */
export function followClock(kept: KeptSchedule, now: EpochMs, seenAt: EpochMs | null): KeptSchedule | null {
  return goOn(kept, now, seenAt) ?? setBack(kept, now)
}

/**
 * A schedule whose clock has come past the time until which it was decided ahead. If it jumped there, the clock was wrong in
 * between: it goes on where it was. If the time went by, its slots are decided again: schedulers looked within that day.
 */
function goOn(kept: KeptSchedule, now: EpochMs, seenAt: EpochMs | null): KeptSchedule | null {
  const { clockAhead } = kept
  if (clockAhead === null || !hasComePast(kept, now)) return null
  if (seenAt === null || now - seenAt <= farAheadMs) return null
  return { ...kept, decidedUntil: clockAhead.until, clockAhead: null }
}

function hasComePast({ decidedUntil, clockAhead }: KeptSchedule, now: EpochMs): boolean {
  return clockAhead !== null && decidedUntil < clockAhead.until && clockAhead.until <= now
}

/** A schedule whose clock was ahead, and is no more; null if it was not. One that was decided over a day ahead begins anew now. */
export function setBack(kept: KeptSchedule, now: EpochMs): KeptSchedule | null {
  const { decidedUntil, clockAhead, fired, createdAt, pausedAt } = kept
  const plan = kept.plan === null ? null : beginsAnew(kept.plan, now)
  const isOver = plan?.rule.kind === 'once' && fired > 0
  const isFarAhead = plan !== null && !isOver && decidedUntil - now > farAheadMs
  const isMadeAhead = createdAt - now > onTimeMs || (pausedAt ?? now) - now > onTimeMs
  if (!isFarAhead && !isMadeAhead && plan === kept.plan) return null
  const times = {
    plan,
    createdAt: Math.min(createdAt, now),
    pausedAt: pausedAt === null ? null : Math.min(pausedAt, now),
  }
  if (!isFarAhead) return { ...kept, ...times }
  const until = Math.max(decidedUntil, clockAhead?.until ?? decidedUntil)
  return { ...kept, ...times, decidedUntil: now, pauses: [], clockAhead: { until, setBackAt: now } }
}

/** An interval that is counted from when the schedule was made, by a clock that was ahead then, is counted from before now. */
function beginsAnew(plan: NonNullable<KeptSchedule['plan']>, now: EpochMs): NonNullable<KeptSchedule['plan']> {
  const { definition, rule } = plan
  const { timing } = definition
  if (timing.kind !== 'every' || rule.kind !== 'every') return plan
  const mayBeAheadMs = timing.startAt === null ? onTimeMs : isClockTime(timing.startAt) ? 25 * 3_600_000 : null
  if (mayBeAheadMs === null || rule.from - now <= mayBeAheadMs) return plan
  const from = rule.from - Math.ceil((rule.from - now) / rule.everyMs) * rule.everyMs
  return { definition, rule: { ...rule, from } }
}

/** A schedule that begins anew, because the clock was ahead. */
export interface BegunAnew {
  readonly name: string
  /** Until when its slots had been decided. */
  readonly until: EpochMs
}

/** The schedule, if it begins anew by a change that `followClock` made of it. */
export function begunAnew(before: KeptSchedule, after: KeptSchedule): readonly BegunAnew[] {
  if (after.clockAhead === null || after.clockAhead.setBackAt === before.clockAhead?.setBackAt) return []
  return [{ name: after.name, until: after.clockAhead.until }]
}

/** Whether a schedule that is as it is stored may have to follow the clock: then a store looks. */
export function mayHaveToFollow(stored: StoredSchedule, now: EpochMs): boolean {
  return setBack(stored, now) !== null || hasComePast(stored, now) || (stored.lastSuccessAt ?? now) - now > onTimeMs
}

/** A pause ends. Earlier pauses that are decided already are dropped. */
export function endPause(kept: KeptSchedule, now: EpochMs): KeptSchedule {
  const { pausedAt, pauses, decidedUntil } = kept
  const undecided = pauses.filter(({ until }) => until > decidedUntil)
  return { ...kept, pausedAt: null, pauses: [...undecided, { from: pausedAt ?? now, until: now }] }
}

/** How many of `waiting` slots can no longer fire after a change of the schedule. */
export function countUnfireable({ plan, fired }: KeptSchedule, waiting: number): number {
  if (plan === null) return waiting
  return Math.max(0, Math.min(waiting, fired + waiting - (plan.definition.limit ?? Number.POSITIVE_INFINITY)))
}

/** The record of a waiting slot that fires `job` now. */
export function endWait(slot: SlotRecord, job: JobId, now: EpochMs): SlotRecord {
  const lateMs = latenessMs(slot.slot, now)
  // Most of its lateness may be from before it waited.
  const reason = slot.lateMs > onTimeMs && slot.reason !== null ? `${slot.reason}; ${hasWaited}` : hasWaited
  return { ...slot, outcome: lateMs > onTimeMs ? 'late' : 'fired', reason, job, lateMs }
}

/** Why a slot that has waited fires no more: it is later than its schedule allows; null if it may. */
export function waitedTooLong({ plan }: Pick<KeptSchedule, 'plan'>, slot: SlotRecord, now: EpochMs): string | null {
  const maxMs = plan?.definition.maxLatenessMs ?? null
  return maxMs === null || latenessMs(slot.slot, now) <= maxMs
    ? null
    : `later than ${formatDuration(maxMs)}; ${hasWaited}`
}

/** The record of a waiting slot that is skipped. */
export function giveUp(slot: SlotRecord, reason: string, now: EpochMs): SlotRecord {
  return { ...slot, outcome: 'skipped', reason, lateMs: latenessMs(slot.slot, now) }
}

/** Not below 0, even if the clock was set back. */
export function latenessMs(slot: EpochMs, now: EpochMs): number {
  return Math.max(0, now - slot)
}

/** The declared parts without the rule, which may count from the time of its declaration. */
function comparableParts({ source, task, plan, fault }: DeclaredSchedule) {
  if (plan === null) return { source, task, fault, definition: null }
  // Task defaults apply only to options that the schedule leaves out.
  const { taskDefaults: _, ...definition } = plan.definition
  return { source, task, fault, definition: { ...definition, options: jobOptionsOf(plan.definition) } }
}

/** Whether two values are the same as JSON, in whatever order their keys are. */
function isSame(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b)
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (part === null || typeof part !== 'object' || Array.isArray(part)) return part
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}
