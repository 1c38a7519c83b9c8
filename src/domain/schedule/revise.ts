import type { EpochMs, JobId } from '../job.js'
import { type NewSchedule, onTimeMs, type Schedule, type SlotRecord } from './schedule.js'

/** What a store keeps of a schedule, beside its revision and its slots. */
export type KeptSchedule = Omit<Schedule, 'revision' | 'waiting' | 'lastSlot'>

/** What a schedule becomes by what its source says of it now; null if it says what is kept already. */
export function reviseSchedule(kept: KeptSchedule | null, said: NewSchedule, now: EpochMs): KeptSchedule | null {
  const { name, source, task, plan, fault } = said
  const begin = { decidedUntil: now, fired: 0 }
  if (kept === null) return { name, source, task, plan, fault, createdAt: now, pausedAt: null, ...begin }
  if (isSame(essence(kept), essence(said))) return null
  const { createdAt, pausedAt, decidedUntil, fired } = kept
  const changed = { name, source, task, plan, fault, createdAt, pausedAt, decidedUntil, fired }
  if (plan === null) return changed
  if (kept.plan === null || !isSame(kept.plan.definition.timing, plan.definition.timing)) {
    return { ...changed, ...begin }
  }
  return { ...changed, plan: { definition: plan.definition, rule: kept.plan.rule } }
}

/** What a slot becomes that has waited, by the job that it fires now. */
export function endWait(slot: SlotRecord, job: JobId, now: EpochMs): SlotRecord {
  const lateMs = latenessMs(slot.slot, now)
  return { ...slot, outcome: lateMs > onTimeMs ? 'late' : 'fired', reason: null, job, lateMs }
}

/** A clock that was set back makes it none. */
export function latenessMs(slot: EpochMs, now: EpochMs): number {
  return Math.max(0, now - slot)
}

/** All that a source says, but for the rule: that may count from the moment it was made. */
function essence({ source, task, plan, fault }: NewSchedule) {
  return { source, task, fault, definition: plan?.definition ?? null }
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
