import type { AttemptEnd, AttemptId, JobAssignment } from './messages.js'
import type { PackedAssignment, PackedAttempt, PackedEnd } from './packed.js'

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
