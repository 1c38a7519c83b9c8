import type { EpochMs, JobId } from '../../domain/job.js'
import type { AttemptReport } from '../../domain/outcome.js'

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
  /** null: the default one. */
  queue?: string | null,
  trace?: string | null,
]

export type PackedAttempt = readonly [id: JobId, attempt: number]

/** Most jobs return, and their report is spelled out too. */
export type PackedEnd =
  | readonly [id: JobId, attempt: number, resultJson: string, startedAt: number, endedAt: number]
  | readonly [id: JobId, attempt: number, report: AttemptReport]
