import { defaultQueue } from '../../domain/job.js'
import type { AttemptEnd, AttemptId, JobAssignment } from './messages.js'
import type { PackedAssignment, PackedAttempt, PackedEnd } from './packed.js'

// By index, not by a pattern: taking an array apart makes an object for each element until V8 has optimized the function.

export function packAssignment({ id, attempt, task, argsJson, slot, queue, trace }: JobAssignment): PackedAssignment {
  const isDefault = queue === defaultQueue
  if (isDefault && trace === null)
    return slot === null ? [id, attempt, task, argsJson] : [id, attempt, task, argsJson, slot]
  return [id, attempt, task, argsJson, slot, isDefault ? null : queue, trace]
}

export function unpackAssignment(packed: PackedAssignment): JobAssignment {
  return {
    id: packed[0],
    attempt: packed[1],
    task: packed[2],
    argsJson: packed[3],
    slot: packed[4] ?? null,
    queue: packed[5] ?? defaultQueue,
    trace: packed[6] ?? null,
  }
}

export function packAttempt({ id, attempt }: AttemptId): PackedAttempt {
  return [id, attempt]
}

export function unpackAttempt(packed: PackedAttempt): AttemptId {
  return { id: packed[0], attempt: packed[1] }
}

export function packEnd({ id, attempt, report }: AttemptEnd): PackedEnd {
  if (report.kind !== 'returned') return [id, attempt, report]
  return [id, attempt, report.resultJson, report.startedAt, report.endedAt]
}

export function unpackEnd(packed: PackedEnd): AttemptEnd {
  const id = packed[0]
  const attempt = packed[1]
  if (packed.length === 3) return { id, attempt, report: packed[2] }
  return { id, attempt, report: { kind: 'returned', resultJson: packed[2], startedAt: packed[3], endedAt: packed[4] } }
}
