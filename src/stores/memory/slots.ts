import type { EpochMs, JobId, NewJob } from '../../domain/job.js'
import type { DecidedSlot } from '../../domain/schedule/due.js'
import { judgeOverlap } from '../../domain/schedule/overlap.js'
import { endWait, giveUp, waitedTooLong } from '../../domain/schedule/revise.js'
import { mayBeSlot } from '../../domain/schedule/rule.js'
import {
  continues,
  hasFired,
  type Overlap,
  onTimeMs,
  type SlotRecord,
  type StoredSlot,
  wasTriggered,
} from '../../domain/schedule/schedule.js'
import { isFinal } from '../../domain/transitions.js'
import type { SlotClaim } from '../schedule-store.js'
import { cancelJob, enqueueJob } from './enqueue.js'
import { buryIfExpired } from './expiry.js'
import { slotOf } from './slot-of.js'
import type { KeptInMemory, Tables } from './tables.js'

/** The slot records of a schedule, the oldest first. */
export function slotsOf(tables: Tables, name: string): readonly StoredSlot[] {
  return [...(tables.slots.get(name)?.values() ?? [])].sort((a, b) => a.slot - b.slot)
}

/** The latest that is not yet to come: those may be of a time when the clock was ahead. */
export function lastSlotOf(tables: Tables, name: string): StoredSlot | null {
  const latest = tables.clock.now() + onTimeMs
  return slotsOf(tables, name).findLast(({ slot }) => slot <= latest) ?? null
}

export function waitingSlots(tables: Tables, name: string): readonly StoredSlot[] {
  return [...(tables.waiting.get(name)?.values() ?? [])].sort((a, b) => a.slot - b.slot)
}

/** Writes what became of `count` slots, and counts them once that is decided. */
export function keepSlot(tables: Tables, name: string, record: SlotRecord, count = 1): void {
  const records = tables.slots.get(name) ?? new Map<EpochMs, StoredSlot>()
  const row = record.job === null ? null : tables.jobs.find(record.job)
  const kept = { ...record, jobEnd: row?.end ?? null }
  tables.slots.set(name, records.set(record.slot, kept))
  const waiting = tables.waiting.get(name) ?? new Map<EpochMs, StoredSlot>()
  if (record.outcome === 'waiting') tables.waiting.set(name, waiting.set(record.slot, kept))
  else waiting.delete(record.slot)
  const schedule = tables.schedules.get(name)
  if (schedule === undefined || record.outcome === 'waiting') return
  const slotTotals = { ...schedule.slotTotals, [record.outcome]: (schedule.slotTotals[record.outcome] ?? 0) + count }
  tables.schedules.set(name, { ...schedule, slotTotals })
}

/** Whether no job is left: none ever was, it has ended, or it is gone. */
export function hasEnded(tables: Tables, job: JobId | null): boolean {
  const row = job === null ? null : tables.jobs.find(job)
  return row === null || isFinal(row.job.state)
}

export function claimSlots(tables: Tables, claim: SlotClaim): readonly SlotRecord[] | 'stale' {
  const { name, slots, job } = claim
  const stored = tables.schedules.get(name)
  if (stored === undefined || stored.revision !== claim.revision || stored.decidedUntil !== claim.decidedUntil) {
    return 'stale'
  }
  if (stored.plan === null) return 'stale'
  if (job === null && slots.some(({ outcome }) => hasFired(outcome))) {
    throw new Error(`a slot of ${name} is to fire, but there is no job for it`)
  }
  if (slots.length === 0) return []
  const { overlap, limit } = stored.plan.definition
  const written: SlotRecord[] = []
  let { fired, decidedUntil } = stored
  for (const slot of slots) {
    if (limit !== null && fired + waitingSlots(tables, name).length >= limit) break
    if (isDecided(tables, stored, slot.slot)) continue
    const last = lastSlotOf(tables, name)
    if (last !== null && continues(last, slot, decidedUntil)) {
      keepSlot(tables, name, { ...recordOnly(last), through: slot.through }, slot.count)
      decidedUntil = slot.through
      continue
    }
    const record = recordOf(tables, name, job, slot.overlap ?? overlap, slot)
    keepSlot(tables, name, record, slot.count)
    decidedUntil = slot.through
    if (hasFired(record.outcome)) fired++
    written.push(record)
  }
  decidedUntil = slots.at(-1)?.through ?? stored.decidedUntil
  change(tables, name, { fired, decidedUntil })
  tables.scheduling.seenAt = tables.clock.now()
  return written
}

/** Whether a slot has a record that stays. One of a time when the clock was ahead does not, unless its job is still there. */
function isDecided(tables: Tables, { name, clockAhead }: KeptInMemory, slot: EpochMs): boolean {
  const record = tables.slots.get(name)?.get(slot)
  if (record === undefined) return false
  if (clockAhead === null || slot > clockAhead.until) return true
  return record.outcome === 'waiting' || !hasEnded(tables, record.job)
}

function change(tables: Tables, name: string, changes: Partial<KeptInMemory>): void {
  const schedule = tables.schedules.get(name)
  if (schedule !== undefined) tables.schedules.set(name, { ...schedule, ...changes })
}

/** Decides the record of a slot; enqueues its job if it fires. */
function recordOf(
  tables: Tables,
  name: string,
  job: NewJob | null,
  overlap: Overlap,
  decided: DecidedSlot,
): SlotRecord {
  const { slot, through, outcome, reason, lateMs } = decided
  const record = { slot, through, outcome, reason, job: null, lateMs }
  if (job === null || !hasFired(outcome)) return record
  const unended = overlap === 'allow' ? [] : unendedJobs(tables, name, true)
  const verdict = judgeOverlap(overlap, unended, waitingSlots(tables, name).length)
  switch (verdict.do) {
    case 'skip':
      return { ...record, outcome: 'skipped', reason: verdict.reason }
    case 'wait':
      return { ...record, outcome: 'waiting', reason: reason ?? verdict.reason }
    case 'fire':
      for (const id of verdict.cancel) cancelJob(tables, id)
      return { ...record, job: fire(tables, name, slot, job) }
  }
}

/** Enqueues the job of a slot. */
function fire(tables: Tables, name: string, slot: EpochMs, job: NewJob): JobId {
  const { id } = enqueueJob(tables, job)
  const row = tables.jobs.find(id)
  if (row !== null) tables.jobs.amend(row, { schedule: { name, slot } })
  return id
}

/** `bury`: ends those first that have expired. */
function unendedJobs(tables: Tables, name: string, bury = false): readonly JobId[] {
  const rows = tables.jobs.inState('scheduled', 'queued', 'running').filter((row) => slotOf(tables, row)?.name === name)
  for (const row of bury ? rows : []) buryIfExpired(tables, row)
  return rows
    .filter(({ job }) => !isFinal(job.state))
    .sort((a, b) => (a.job.schedule?.slot ?? 0) - (b.job.schedule?.slot ?? 0))
    .map(({ job }) => job.id)
}

export function waitingSchedules(tables: Tables): readonly string[] {
  return [...tables.schedules.keys()].filter((name) => slotToFire(tables, name) !== null).sort()
}

function recordOnly({ jobEnd: _, ...record }: StoredSlot): SlotRecord {
  return record
}

/** The oldest waiting slot, if it may fire now. */
function slotToFire(tables: Tables, name: string): StoredSlot | null {
  const { plan = null, pausedAt = null, fired = 0 } = tables.schedules.get(name) ?? {}
  if (plan === null || pausedAt !== null || fired >= (plan.definition.limit ?? Number.POSITIVE_INFINITY)) return null
  return unendedJobs(tables, name).length > 0 ? null : (waitingSlots(tables, name)[0] ?? null)
}

export function fireWaiting(tables: Tables, name: string, job: NewJob): SlotRecord | null {
  const stored = tables.schedules.get(name)
  const waiting = slotToFire(tables, name)
  if (stored === undefined || waiting === null) return null
  const tooLate = waitedTooLong(stored, recordOnly(waiting), tables.clock.now())
  if (tooLate !== null) return skipWaiting(tables, name, tooLate)
  const record = endWait(recordOnly(waiting), fire(tables, name, waiting.slot, job), tables.clock.now())
  keepSlot(tables, name, record)
  change(tables, name, { fired: stored.fired + 1 })
  return record
}

export function skipWaiting(tables: Tables, name: string, reason: string): SlotRecord | null {
  const waiting = slotToFire(tables, name)
  if (waiting === null) return null
  const record = giveUp(recordOnly(waiting), reason, tables.clock.now())
  keepSlot(tables, name, record)
  return record
}

export function triggerSchedule(tables: Tables, name: string, job: NewJob): SlotRecord | null {
  const schedule = tables.schedules.get(name)
  if (schedule === undefined) return null
  // A slot of the rule must stay free, so that it can still fire.
  let slot = tables.clock.now()
  while (tables.slots.get(name)?.has(slot) || mayBeSlot(schedule.plan?.rule, slot)) slot++
  const id = fire(tables, name, slot, job)
  const record: SlotRecord = { slot, through: slot, outcome: 'fired', reason: wasTriggered, job: id, lateMs: 0 }
  keepSlot(tables, name, record)
  return record
}

/** The newest first. */
export function slotsPage(
  tables: Tables,
  name: string,
  { limit, before }: { readonly limit: number; readonly before: EpochMs | null },
): readonly StoredSlot[] {
  return slotsOf(tables, name)
    .filter(({ slot }) => before === null || slot < before)
    .reverse()
    .slice(0, limit)
}
