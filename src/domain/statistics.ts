import type { EpochMs, FailureReason } from './job.js'
import type { Outcome } from './outcome.js'

/**
 * The ends of one task on one queue. A job that ended is completed or failed; an attempt with a retry is only retried.
 */
export interface TaskStatistics {
  /** Of a command that a schedule made: the schedule's name. */
  readonly task: string
  readonly queue: string
  readonly completed: number
  readonly failed: number
  /** The failed jobs by reason: the sum is `failed`. */
  readonly failedBy: Readonly<Record<FailureReason, number>>
  readonly retried: number
  /** The sum over the jobs that ended, of each its last attempt. */
  readonly durationMs: number
  /** How many of those durations fall in which bucket, the shortest first. */
  readonly durations: readonly { readonly bucket: number; readonly count: number }[]
}

/** The ends of one task in one minute, on all queues. */
export interface MinuteStatistics
  extends Pick<TaskStatistics, 'task' | 'completed' | 'failed' | 'retried' | 'durationMs'> {
  /** Since 1970. */
  readonly minute: number
  /** How many of the jobs that ended ran: those that `durationMs` is the sum of. */
  readonly ran: number
}

/** What one end adds to the statistics; null: nothing, such as being cancelled or given back. */
export interface Counted {
  readonly count: 'completed' | 'retried' | FailureReason
  /** null: it never ran, or will run again. */
  readonly durationMs: number | null
}

export function countedAs(outcome: Outcome): Counted | null {
  const durationMs = outcome.endedAt - outcome.startedAt
  switch (outcome.kind) {
    case 'completed':
      return { count: 'completed', durationMs: Math.max(0, durationMs) }
    case 'failed':
      return { count: outcome.reason, durationMs: Math.max(0, durationMs) }
    case 'retry':
      return { count: 'retried', durationMs: null }
    default:
      return null
  }
}

const bucketsPerDoubling = 4

/**
 * The bucket of a duration: 0 is below a millisecond, then four for each doubling, so that none is off by over 19 %.
 */
export function durationBucket(durationMs: number): number {
  return durationMs < 1 ? 0 : 1 + Math.floor(bucketsPerDoubling * Math.log2(durationMs))
}

/** Where a bucket ends, in milliseconds: its durations are shorter than that. */
export function bucketEndMs(bucket: number): number {
  return 2 ** (bucket / bucketsPerDoubling)
}

/** The minute that an end is counted in, since 1970. */
export function minuteOf(at: EpochMs): number {
  return Math.floor(at / 60_000)
}
