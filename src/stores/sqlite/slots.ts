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
import type { SlotClaim } from '../schedule-store.js'
import { cancelJob } from './cancel.js'
import { enqueueJob } from './enqueue.js'
import { buryIfExpired } from './expiry.js'
import { jobNumber } from './rows.js'
import {
  keptScheduleOfRow,
  planOfRow,
  type ScheduleRow,
  type SlotRow,
  scheduleRow,
  slotOfRow,
  slotValues,
} from './schedule-rows.js'
import type { Statements } from './statements.js'
import type { Writing } from './writing.js'

/** Enqueues the job of a slot. */
function fire(writing: Writing, name: string, slot: EpochMs, job: NewJob): JobId {
  const { id, answer } = enqueueJob(writing, job, { name, slot })
  writing.newJobs.write() // the next slot looks for it
  // A job that is there already, by its key, is that of this slot from now on.
  if (answer !== 'created' && answer !== 'replaced') writing.statements.markJob.run({ name, slot, job: jobNumber(id) })
  return id
}

/** Asked first, too: most schedulers come late, and leave the lock to those who write. */
export function claimIsStale(statements: Statements, { name, revision, decidedUntil }: SlotClaim): boolean {
  const row = scheduleRow(statements, name)
  return row?.plan == null || row.revision !== revision || row.decided_until !== decidedUntil
}

export function claimSlots(writing: Writing, claim: SlotClaim): readonly SlotRecord[] | 'stale' {
  const { statements } = writing
  const { name, slots } = claim
  const row = scheduleRow(statements, name)
  const plan = row === null ? null : planOfRow(row)
  if (row === null || plan === null || claimIsStale(statements, claim)) return 'stale'
  const last = slots.at(-1)
  if (last === undefined) return []
  const { overlap, limit } = plan.definition
  const written: SlotRecord[] = []
  let { fired, decided_until: decidedUntil } = row
  for (const slot of slots) {
    if (limit !== null && fired + countWaiting(statements, name) >= limit) break
    const before = recordBefore(statements, row, slot.slot)
    if (before === 'stays') continue
    const isLonger = lengthenPause(writing, name, slot, decidedUntil)
    decidedUntil = slot.through
    if (isLonger) continue
    const record = recordOf(writing, claim, slot.overlap ?? overlap, slot)
    keepSlot(statements, name, record, slot.count)
    if (before === null) statements.countSlots.run(1)
    if (hasFired(record.outcome)) fired++
    written.push(record)
  }
  statements.decide.run({ name, until: last.through, fired })
  statements.noteScheduler.run(writing.clock.now())
  return written
}

/** The record that a slot has already. One of a time when the clock was ahead goes, unless its job is still there. */
function recordBefore(statements: Statements, row: ScheduleRow, slot: EpochMs): 'stays' | 'goes' | null {
  const before = statements.isSlot.get(row.name, slot) as { readonly stays: 0 | 1 } | undefined
  if (before === undefined) return null
  const { clockAhead } = keptScheduleOfRow(row)
  return clockAhead === null || slot > clockAhead.until || before.stays === 1 ? 'stays' : 'goes'
}

/** Makes the record of a pause longer, if the slot goes on with one. */
function lengthenPause(
  { statements, clock }: Writing,
  name: string,
  slot: DecidedSlot,
  decidedUntil: EpochMs,
): boolean {
  if (slot.outcome !== 'skipped') return false
  const row = statements.lastSlot.get(name, clock.now() + onTimeMs) as SlotRow | undefined
  const last = row === undefined ? null : slotOfRow(row)
  if (last === null || !continues(last, slot, decidedUntil)) return false
  statements.lengthenSlot.run({ name, slot: last.slot, through: slot.through })
  statements.addSlotTotal.run(name, slot.outcome, slot.count)
  return true
}

/** Writes what became of `count` slots, and counts them once that is decided. */
function keepSlot(statements: Statements, name: string, record: SlotRecord, count = 1): void {
  statements.keepSlot.run(slotValues(name, record))
  if (record.outcome !== 'waiting') statements.addSlotTotal.run(name, record.outcome, count)
}

/** What becomes of a slot; if it fires, its job is enqueued. */
function recordOf(
  writing: Writing,
  { name, job }: SlotClaim,
  overlap: Overlap,
  { slot, through, outcome, reason, lateMs }: DecidedSlot,
): SlotRecord {
  const { statements } = writing
  const record = { slot, through, outcome, reason, job: null, lateMs }
  if (!hasFired(outcome)) return record
  if (job === null) throw new Error(`a slot of ${name} is to fire, but there is no job for it`)
  const unended = overlap === 'allow' ? [] : unendedJobs(writing, name)
  const verdict = judgeOverlap(overlap, unended, countWaiting(statements, name))
  switch (verdict.do) {
    case 'skip':
      return { ...record, outcome: 'skipped', reason: verdict.reason }
    case 'wait':
      return { ...record, outcome: 'waiting', reason: reason ?? verdict.reason }
    case 'fire':
      for (const id of verdict.cancel) cancelJob(writing, jobNumber(id))
      return { ...record, job: fire(writing, name, slot, job) }
  }
}

function unendedJobs(writing: Writing, name: string): readonly JobId[] {
  const open = writing.statements.unendedJobs.all(name) as { readonly job: number }[]
  return open.filter(({ job }) => !buryIfExpired(writing, job)).map(({ job }) => `j${job}`)
}

function countWaiting(statements: Statements, name: string): number {
  return (statements.countWaiting.get(name) as { readonly count: number }).count
}

export function waitingSchedules(statements: Statements): readonly string[] {
  return (statements.waitingSchedules.all() as { readonly name: string }[]).map(({ name }) => name)
}

/** The slot that waits longest, if it may fire now. */
export function slotToFire(statements: Statements, name: string): SlotRecord | null {
  const row = statements.slotToFire.get(name) as SlotRow | undefined
  if (row === undefined) return null
  const { jobEnd: _, ...record } = slotOfRow(row)
  return record
}

export function fireWaiting(writing: Writing, name: string, job: NewJob) {
  const { statements, clock } = writing
  const waiting = slotToFire(statements, name)
  if (waiting === null) return null
  const row = scheduleRow(statements, name)
  const tooLate = row === null ? null : waitedTooLong({ plan: planOfRow(row) }, waiting, clock.now())
  if (tooLate !== null) return skipWaiting(writing, name, tooLate)
  const record = endWait(waiting, fire(writing, name, waiting.slot, job), clock.now())
  keepSlot(statements, name, record)
  statements.countFired.run(name)
  return record
}

export function skipWaiting({ statements, clock }: Writing, name: string, reason: string) {
  const waiting = slotToFire(statements, name)
  if (waiting === null) return null
  const record = giveUp(waiting, reason, clock.now())
  keepSlot(statements, name, record)
  return record
}

export function triggerSchedule(writing: Writing, name: string, job: NewJob) {
  const { statements, clock } = writing
  const row = scheduleRow(statements, name)
  if (row === null) return null
  const rule = planOfRow(row)?.rule
  // One of its own must still be there to fire.
  let slot = clock.now()
  while (statements.isSlot.get(name, slot) !== undefined || mayBeSlot(rule, slot)) slot++
  const id = fire(writing, name, slot, job)
  const record: SlotRecord = { slot, through: slot, outcome: 'fired', reason: wasTriggered, job: id, lateMs: 0 }
  keepSlot(statements, name, record)
  statements.countSlots.run(1)
  return record
}

export function slotsPage(
  statements: Statements,
  name: string,
  { limit, before }: { readonly limit: number; readonly before: EpochMs | null },
): readonly StoredSlot[] {
  return (statements.slots.all(name, before ?? Number.MAX_SAFE_INTEGER, limit) as SlotRow[]).map(slotOfRow)
}
