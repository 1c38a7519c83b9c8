import type { EpochMs, FailureReason, JobId, JobState } from '../job.js'
import type { EnqueueOptions, TaskDefaults } from '../request.js'
import type { Rule } from './rule.js'

/** What becomes of slots that came while no scheduler was at work: none is made up for, only the latest, or each. */
export type CatchUp = 'skip' | 'latest' | 'all'
/**
 * What becomes of a slot while a job of an earlier one has not ended: it is left out, waits, ends that job, or joins
 * it.
 */
export type Overlap = 'skip' | 'queue' | 'replace' | 'allow'
/** What declares a schedule. */
export type ScheduleSource = 'code' | 'config' | 'cli'

export const catchUps: readonly CatchUp[] = ['skip', 'latest', 'all']
export const overlaps: readonly Overlap[] = ['skip', 'queue', 'replace', 'allow']

/** What a rule is made of. The same timing is the same rule: a start that was once counted from stays. */
export type Timing =
  | { readonly kind: 'cron'; readonly cron: string; readonly tz: string }
  /** `startAt` as it was written; null: from when the schedule was made. */
  | { readonly kind: 'every'; readonly everyMs: number; readonly startAt: string | null; readonly tz: string }
  | { readonly kind: 'once'; readonly at: EpochMs; readonly tz: string }

/** What a job of a schedule is enqueued with, beside what its task says. */
export type ScheduledOptions = Pick<EnqueueOptions, 'queue' | 'priority' | 'retries' | 'timeout' | 'expires'>

/** What a schedule puts on a queue, and when: checked, and plain data. */
export interface ScheduleDefinition {
  readonly argsJson: string
  readonly options: ScheduledOptions
  /** The defaults of its task when the schedule was declared: for a scheduler that does not know the task. */
  readonly taskDefaults: TaskDefaults
  readonly timing: Timing
  readonly catchUp: CatchUp
  /** A slot that is later than this is not made up for; null: however late. */
  readonly maxLatenessMs: number | null
  readonly overlap: Overlap
  /** Each slot fires up to this much later, always by the same. */
  readonly jitterMs: number
  /** No slot after it; null: no end. */
  readonly until: EpochMs | null
  /** How many slots may fire; null: any number. */
  readonly limit: number | null
  /** A last success that is longer ago degrades `health`; null: none is expected. */
  readonly expectSuccessEveryMs: number | null
  /** The target that gets its failures; false: none does; null: that of all failures. */
  readonly notify: string | false | null
}

/** What its jobs are enqueued with: the task's own where the schedule says nothing. */
export function jobOptionsOf({ options, taskDefaults }: ScheduleDefinition) {
  const { queue, priority, maxRetries, backoff, timeoutMs } = taskDefaults
  return { queue, priority, retries: maxRetries, backoff, timeout: timeoutMs, ...options }
}

/** A schedule as its source declares it: with its rule, or with the fault that keeps it from firing. */
export interface DeclaredSchedule {
  readonly name: string
  readonly source: ScheduleSource
  readonly task: string
  readonly plan: { readonly definition: ScheduleDefinition; readonly rule: Rule } | null
  /** Why there is no plan; null if there is one. */
  readonly fault: string | null
}

/** A schedule to store. */
export interface NewSchedule extends DeclaredSchedule {
  /** When it was declared. Slots after that are due, however long it takes to store it. */
  readonly declaredAt: EpochMs
}

/** A schedule as it is stored. */
export interface StoredSchedule extends DeclaredSchedule {
  /** Goes up with each change. Stores refuse a decision that is based on an older revision. */
  readonly revision: number
  readonly createdAt: EpochMs
  /** Every slot up to here is decided. */
  readonly decidedUntil: EpochMs
  /** How many slots have fired under this timing. */
  readonly fired: number
  /** null: it is not paused. */
  readonly pausedAt: EpochMs | null
  /** Pauses that have ended while slots in them were not decided yet. Those slots are skipped. */
  readonly pauses: readonly Pause[]
  /** Since the clock was set back by more than a day: until when slots were decided before. null: it was not. */
  readonly clockAhead: ClockAhead | null
  /** How many slots wait for the job of an earlier one to end. */
  readonly waiting: number
  /** The latest slot that has a record, also if it waits. */
  readonly lastSlot: StoredSlot | null
  /** When the last job of it that completed ended; null if none has. */
  readonly lastSuccessAt: EpochMs | null
  /** How many slots had each outcome, those of removed records too. Waiting slots have none yet. */
  readonly slotTotals: Readonly<Partial<Record<SlotOutcome, number>>>
}

/** Whether a decided slot only makes the last record longer: a pause is one record, however long it lasts. */
export function continues(
  last: SlotRecord | null,
  { slot, outcome, reason }: Pick<SlotRecord, 'slot' | 'outcome' | 'reason'>,
  decidedUntil: EpochMs,
): boolean {
  if (outcome !== 'skipped' || reason !== wasPaused || last === null) return false
  return last.outcome === outcome && last.reason === reason && last.through === decidedUntil && last.slot < slot
}

/** The clock was over a day ahead, and slots were decided meanwhile. */
export interface ClockAhead {
  /** Slots up to here were decided by the clock that was ahead. They are decided again as they come. */
  readonly until: EpochMs
  /** From when the schedule begins anew. */
  readonly setBackAt: EpochMs
}

export interface Pause {
  readonly from: EpochMs
  readonly until: EpochMs
}

/** The outcome of a slot. `late` has fired too; `waiting` fires when the job of an earlier slot has ended. */
export type SlotOutcome = 'fired' | 'late' | 'skipped' | 'missed' | 'waiting'

export function hasFired(outcome: SlotOutcome): boolean {
  return outcome === 'fired' || outcome === 'late'
}

export interface SlotRecord {
  readonly slot: EpochMs
  /** The last slot that this record stands for; the same as `slot` if it stands for one. */
  readonly through: EpochMs
  readonly outcome: SlotOutcome
  readonly reason: string | null
  readonly job: JobId | null
  /** How long after its time, jitter included, the slot was decided. */
  readonly lateMs: number
}

/** A slot record as it is stored, with what became of its job. It stays when the job is removed. */
export interface StoredSlot extends SlotRecord {
  /** null: there is no job, or it has not ended. */
  readonly jobEnd: JobEnd | null
}

export interface JobEnd {
  readonly state: Extract<JobState, 'completed' | 'failed' | 'cancelled'>
  readonly reason: FailureReason | null
  /** Of the last attempt; null if it never ran. */
  readonly durationMs: number | null
}

/** A slot that fires later than this is `late`. */
export const onTimeMs = 10_000

/** The reason of slots that came in a pause. */
export const wasPaused = 'the schedule was paused'

/** Reasons of slots that fire outside their rule, fire after a wait, or are skipped after a wait. */
export const wasTriggered = 'by hand'
export const hasWaited = 'it has waited for an earlier one'
export const wasChanged = 'the schedule was changed, and cannot fire it any more'
export const wasRemoved = 'the schedule was removed'

/** The maximum of waiting slots for each schedule, and of missed slots that one catch-up fires. */
export const maxWaiting = 100
export const maxCaughtUp = 100
