import type { EpochMs, NewJob } from '../../domain/job.js'
import { endWait, giveUp, waitedTooLong } from '../../domain/schedule/revise.js'
import { mayBeSlot } from '../../domain/schedule/rule.js'
import { type SlotRecord, wasTriggered } from '../../domain/schedule/schedule.js'
import type { Context } from './context.js'
import { decide, ScheduleDraft } from './schedule-draft.js'
import { mayFireWaiting } from './schedule-reading.js'
import { lookAtSlots, type SlotLook } from './slot-look.js'

/** Decides the oldest slot that waits, if it may fire now. */
function endWaiting(
  context: Context,
  { name, job }: { readonly name: string; readonly job: NewJob | null },
  end: (draft: ScheduleDraft, look: SlotLook, waiting: SlotRecord) => SlotRecord,
): Promise<SlotRecord | null> {
  return decide<SlotRecord | null>(context, async () => {
    const look = await lookAtSlots(context, { name, ends: true, job })
    const waiting = look?.waiting[0]
    if (look === null || waiting === undefined) return { answer: null }
    if (look.unended.length > 0 || !mayFireWaiting(look.schedule)) return { answer: null }
    const draft = new ScheduleDraft(look.basis, job)
    const answer = end(draft, look, waiting)
    return { answer, draft, expired: job === null ? new Set() : expiredHolder(look) }
  })
}

export function fireWaiting(
  context: Context,
  request: { readonly name: string; readonly job: NewJob },
): Promise<SlotRecord | null> {
  return endWaiting(context, request, (draft, { schedule, basis }, waiting) => {
    const tooLate = waitedTooLong(schedule, waiting, basis.now)
    if (tooLate !== null) return giveUpWaiting(draft, request.name, waiting, tooLate, basis.now)
    const record = endWait(waiting, draft.nextJob, basis.now)
    draft.fire(request.name, record, 1)
    const { revision, ...kept } = schedule
    draft.keep({ ...kept, fired: kept.fired + 1 }, revision, false)
    return record
  })
}

export function skipWaiting(
  context: Context,
  { name, reason }: { readonly name: string; readonly reason: string },
): Promise<SlotRecord | null> {
  return endWaiting(context, { name, job: null }, (draft, { basis }, waiting) =>
    giveUpWaiting(draft, name, waiting, reason, basis.now),
  )
}

function giveUpWaiting(draft: ScheduleDraft, name: string, waiting: SlotRecord, reason: string, now: EpochMs) {
  const record = giveUp(waiting, reason, now)
  draft.record(name, record, 1)
  return record
}

export function triggerSchedule(
  context: Context,
  { name, job }: { readonly name: string; readonly job: NewJob },
): Promise<SlotRecord | null> {
  return decide<SlotRecord | null>(context, async () => {
    const look = await lookAtSlots(context, { name, job, triggers: true })
    if (look === null) return { answer: null }
    const draft = new ScheduleDraft(look.basis, job)
    const slot = freeTime(look)
    const record = {
      slot,
      through: slot,
      outcome: 'fired',
      reason: wasTriggered,
      job: draft.nextJob,
      lateMs: 0,
    } as const
    draft.fire(name, record, 1)
    return { answer: record, draft, expired: expiredHolder(look) }
  })
}

/** The first time from now on that has no record. A slot of the rule must stay free, so that it can still fire. */
function freeTime({ basis, schedule, taken }: SlotLook): EpochMs {
  let slot = basis.now
  while (taken.has(slot) || mayBeSlot(schedule.plan?.rule, slot)) slot++
  return slot
}

/** The holder of the key of a job, if it has to be failed before the job can be enqueued. */
function expiredHolder({ holder }: SlotLook): ReadonlySet<number> {
  return new Set(holder?.hasExpired ? [Number(holder.id.slice(1))] : [])
}
