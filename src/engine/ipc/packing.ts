import type { EpochMs, JobId } from '../../domain/job.js'
import type { AttemptReport } from '../../domain/outcome.js'
import type { AttemptEnd, AttemptId, JobAssignment } from './messages.js'

/**
 * Orders and ends cross by the hundred in one message, whose cost is its length: they go as arrays, without the names
 * of their fields.
 */
export type PackedAssignment = readonly [
  id: JobId,
  attempt: number,
  task: string,
  argsJson: string,
  slot?: EpochMs | null,
]

export type PackedAttempt = readonly [id: JobId, attempt: number]

/** Most jobs return, and their report is spelled out too. */
export type PackedEnd =
  | readonly [id: JobId, attempt: number, resultJson: string, startedAt: number, endedAt: number]
  | readonly [id: JobId, attempt: number, report: AttemptReport]

export function packAssignment({ id, attempt, task, argsJson, slot }: JobAssignment): PackedAssignment {
  return slot === null ? [id, attempt, task, argsJson] : [id, attempt, task, argsJson, slot]
}

export function unpackAssignment([id, attempt, task, argsJson, slot = null]: PackedAssignment): JobAssignment {
  return { id, attempt, task, argsJson, slot }
}

export function packAttempt({ id, attempt }: AttemptId): PackedAttempt {
  return [id, attempt]
}

export function unpackAttempt([id, attempt]: PackedAttempt): AttemptId {
  return { id, attempt }
}

export function packEnd({ id, attempt, report }: AttemptEnd): PackedEnd {
  if (report.kind !== 'returned') return [id, attempt, report]
  return [id, attempt, report.resultJson, report.startedAt, report.endedAt]
}

export function unpackEnd(packed: PackedEnd): AttemptEnd {
  const [id, attempt] = packed
  if (packed.length === 3) return { id, attempt, report: packed[2] }
  return { id, attempt, report: { kind: 'returned', resultJson: packed[2], startedAt: packed[3], endedAt: packed[4] } }
}
