import type { KeptSchedule } from '../../domain/schedule/revise.js'
import type {
  ClockAhead,
  JobEnd,
  NewSchedule,
  Pause,
  SlotOutcome,
  SlotRecord,
  StoredSchedule,
  StoredSlot,
} from '../../domain/schedule/schedule.js'
import { nameOfCode, reasonCodes, stateCodes } from './codes.js'
import { jobNumber } from './rows.js'
import type { Statements } from './statements.js'

export interface ScheduleRow {
  readonly name: string
  readonly source: StoredSchedule['source']
  readonly task: string
  readonly plan: string | null
  readonly fault: string | null
  readonly revision: number
  readonly created_at: number
  readonly decided_until: number
  readonly fired: number
  readonly paused_at: number | null
  readonly pauses: string
  readonly clock_ahead: string | null
}

export function scheduleRow(statements: Statements, name: string): ScheduleRow | null {
  return (statements.schedule.get(name) as ScheduleRow | undefined) ?? null
}

export function keptScheduleOfRow(row: ScheduleRow): KeptSchedule {
  return {
    name: row.name,
    source: row.source,
    task: row.task,
    plan: planOfRow(row),
    fault: row.fault,
    createdAt: row.created_at,
    decidedUntil: row.decided_until,
    fired: row.fired,
    pausedAt: row.paused_at,
    pauses: JSON.parse(row.pauses) as readonly Pause[],
    clockAhead: row.clock_ahead === null ? null : (JSON.parse(row.clock_ahead) as ClockAhead),
  }
}

export function planOfRow({ plan }: ScheduleRow): NewSchedule['plan'] {
  return plan === null ? null : (JSON.parse(plan) as NewSchedule['plan'])
}

export interface SlotRow {
  readonly slot: number
  readonly through: number
  readonly outcome: SlotOutcome
  readonly reason: string | null
  readonly job: number | null
  readonly late_ms: number
  readonly job_state: number | null
  readonly job_reason: number | null
  readonly job_ms: number | null
}

export function slotOfRow(row: SlotRow): StoredSlot {
  const { slot, through, outcome, reason, job, late_ms: lateMs } = row
  return { slot, through, outcome, reason, job: job === null ? null : `j${job}`, lateMs, jobEnd: jobEndOf(row) }
}

function jobEndOf({ job_state, job_reason, job_ms }: SlotRow): JobEnd | null {
  const state = nameOfCode(stateCodes, job_state)
  if (state === null) return null
  return { state: state as JobEnd['state'], reason: nameOfCode(reasonCodes, job_reason), durationMs: job_ms }
}

/** A record as the statements take it. */
export function slotValues(name: string, record: SlotRecord) {
  return { ...record, name, job: record.job === null ? null : jobNumber(record.job) }
}
