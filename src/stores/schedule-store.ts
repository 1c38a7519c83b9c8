import type { EpochMs, NewJob } from '../domain/job.js'
import type { DecidedSlot } from '../domain/schedule/due.js'
import type { BegunAnew } from '../domain/schedule/revise.js'
import type { NewSchedule, SlotRecord, StoredSchedule, StoredSlot } from '../domain/schedule/schedule.js'

/** Schedules and their slots. */
export interface ScheduleStore {
  /**
   * Adds schedules, and changes the stored ones of the same name. Does not write an `unchanged` schedule. If the timing
   * stays, the schedule keeps its rule, count and decided slots; otherwise it starts now, and no earlier slot is due. A
   * schedule that becomes faulty loses its plan, and starts when it has a plan again. A paused schedule stays paused. A
   * waiting slot that can no longer fire (a fault, a lower limit) is `skipped`. Returns results in the order of
   * `schedules`.
   */
  putSchedules(schedules: readonly NewSchedule[]): Promise<readonly ('added' | 'changed' | 'unchanged')[]>
  /** Removes schedules. Their slot records stay until they are pruned; waiting slots become `skipped`. */
  dropSchedules(names: readonly string[]): Promise<readonly ('dropped' | 'unknown')[]>
  pauseSchedules(names: readonly string[]): Promise<readonly ('paused' | 'unchanged' | 'unknown')[]>
  /** Resumes schedules. A scheduler skips the slots of the pause. */
  resumeSchedules(names: readonly string[]): Promise<readonly ('resumed' | 'unchanged' | 'unknown')[]>
  /** All schedules, or the known ones of `names`, sorted by name. */
  schedules(names?: readonly string[]): Promise<readonly StoredSchedule[]>
  /** Goes up with each change of a schedule, not of its slots. Cheap to read. */
  schedulesVersion(): Promise<number>
  /**
   * Stores the outcomes of slots, and enqueues the jobs of the slots that fire, in one transaction. A slot gets one
   * outcome, even if several schedulers decide it. `stale`: nothing is written, because the schedule was removed,
   * changed, paused or resumed, has no plan, or another scheduler has decided these slots. Otherwise the schedule is
   * decided through the last slot. Returns the written records in the order of the slots. It leaves out slots that
   * already have a record, slots over the schedule's `limit` (fired and waiting slots count), and slots that make the
   * record of a pause longer. Notes that a scheduler is alive.
   */
  claimSlots(claim: SlotClaim): Promise<readonly SlotRecord[] | 'stale'>
  /**
   * The names of schedules with a waiting slot that may fire: all their jobs have ended, and no pause, fault or limit
   * forbids it.
   */
  waitingSchedules(): Promise<readonly string[]>
  /**
   * Fires the oldest waiting slot, under the conditions of `waitingSchedules`; null if no slot may fire. One that is later than
   * its schedule allows is skipped instead, and the next one may follow.
   */
  fireWaiting(request: { readonly name: string; readonly job: NewJob }): Promise<SlotRecord | null>
  /** Marks the slot that `fireWaiting` would fire as `skipped`; null if no slot may fire. */
  skipWaiting(request: { readonly name: string; readonly reason: string }): Promise<SlotRecord | null>
  /**
   * Fires a schedule now because a user asked, even if it is paused or its jobs run. The slot is the current time, or
   * the next millisecond that is no slot of the rule. Does not change the limit or the next slots; the overlap policy
   * counts the job. null: no such schedule.
   */
  triggerSchedule(request: { readonly name: string; readonly job: NewJob }): Promise<SlotRecord | null>
  /** Slot records before `before` (null: all), the newest first. Includes removed schedules. */
  slots(name: string, page: { readonly limit: number; readonly before: EpochMs | null }): Promise<readonly StoredSlot[]>
  /**
   * Call it after the clock was set. Schedules whose slots were decided over a day ahead begin anew now: those slots are
   * decided again as they come. Times of pauses and successes that are yet to come become now. Returns the schedules that
   * begin anew.
   */
  followClock(): Promise<readonly BegunAnew[]>
  /** Records that a scheduler is alive now. Returns the time before that; null if none. A power loss may undo it. */
  noteScheduler(): Promise<EpochMs | null>
  /** When a scheduler was last alive; null if never. */
  schedulerSeenAt(): Promise<EpochMs | null>
}

/** A scheduler's decision about slots, and the state of the schedule that it was based on. */
export interface SlotClaim {
  readonly name: string
  readonly revision: number
  readonly decidedUntil: EpochMs
  /** The oldest first, all later than `decidedUntil`. */
  readonly slots: readonly DecidedSlot[]
  /**
   * The job of each slot that fires; null if none should. The store applies the overlap policy when it writes, because
   * jobs may end after the decision.
   */
  readonly job: NewJob | null
}
