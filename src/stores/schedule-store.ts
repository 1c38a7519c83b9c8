import type { EpochMs, NewJob } from '../domain/job.js'
import type { DecidedSlot } from '../domain/schedule/due.js'
import type { NewSchedule, SlotRecord, StoredSchedule } from '../domain/schedule/schedule.js'

/** Schedules and their slots. */
export interface ScheduleStore {
  /**
   * Adds schedules, or changes those of the same name; nothing else of a schedule that is `unchanged` is touched. One
   * whose timing stays has the rule, the count and the decided slots that it had; any other begins now: no earlier slot
   * is due. One that turns faulty loses its plan, and begins when it has one again. One that is paused stays so. A slot
   * that waits and cannot fire any more, for a fault or a lower limit, is `skipped`. Answers in the order of
   * `schedules`.
   */
  putSchedules(schedules: readonly NewSchedule[]): Promise<readonly ('added' | 'changed' | 'unchanged')[]>
  /** Removes schedules; what became of their slots stays until it is pruned, and slots that wait are `skipped` now. */
  dropSchedules(names: readonly string[]): Promise<readonly ('dropped' | 'unknown')[]>
  pauseSchedules(names: readonly string[]): Promise<readonly ('paused' | 'unchanged' | 'unknown')[]>
  /** A scheduler skips the slots that passed meanwhile. */
  resumeSchedules(names: readonly string[]): Promise<readonly ('resumed' | 'unchanged' | 'unknown')[]>
  /** All schedules, or those there are of these names, by name. */
  schedules(names?: readonly string[]): Promise<readonly StoredSchedule[]>
  /** Goes up with everything that changed about the schedules, but not about their slots: cheap to look at. */
  schedulesVersion(): Promise<number>
  /**
   * Stores the outcomes of slots, and enqueues the jobs of those that fire, together or not at all. Each slot gets one
   * outcome, ever, however many schedulers ask. `stale`: the schedule is gone, was changed, paused or resumed, has no
   * plan, or its slots were decided meanwhile; nothing is written then. Otherwise its slots are decided through the
   * last of these. Returns what was written, in the order of the slots: no slot that has a record already, and none
   * once its `limit` is reached by slots that fired or wait.
   */
  claimSlots(claim: SlotClaim): Promise<readonly SlotRecord[] | 'stale'>
  /**
   * Schedules with a slot that waits and may fire: none of their jobs is left, and no pause, fault or limit forbids it.
   */
  waitingSchedules(): Promise<readonly string[]>
  /** Fires the slot that waits longest if it may, as `waitingSchedules` says; null if there is nothing to fire. */
  fireWaiting(request: { readonly name: string; readonly job: NewJob }): Promise<SlotRecord | null>
  /** As `fireWaiting`, for a slot that cannot fire: it is `skipped`. */
  skipWaiting(request: { readonly name: string; readonly reason: string }): Promise<SlotRecord | null>
  /**
   * Fires a schedule now, by hand: a slot of this very moment, or of the next that is none of its rule, whatever runs,
   * paused or not. Neither its limit nor its next slots are touched; its job is one that they may overlap. null: no
   * such schedule.
   */
  triggerSchedule(request: { readonly name: string; readonly job: NewJob }): Promise<SlotRecord | null>
  /** What became of slots before `before` (null: of all), the newest first; those of removed schedules too. */
  slots(name: string, page: { readonly limit: number; readonly before: EpochMs | null }): Promise<readonly SlotRecord[]>
  /** A scheduler is alive: now. Answers when one was before that; null if never. May be lost with the power. */
  noteScheduler(): Promise<EpochMs | null>
  /** When a scheduler was alive last; null if never. */
  schedulerSeenAt(): Promise<EpochMs | null>
}

/** A scheduler's decision about slots, and the state of the schedule that it was based on. */
export interface SlotClaim {
  readonly name: string
  readonly revision: number
  readonly decidedUntil: EpochMs
  /** The oldest first, all of them later than `decidedUntil`. */
  readonly slots: readonly DecidedSlot[]
  /**
   * The job of each slot that fires; null if none is to. Whether one does is for the overlap policy to say, as jobs
   * stand when it is written.
   */
  readonly job: NewJob | null
}
