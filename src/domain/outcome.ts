import type { JobError } from './failure.js'
import { type EndedBy, type EpochMs, type FailureReason, type Job, maxLosses, maxLossesAlone } from './job.js'
import { backoffMs, defaultBackoff } from './retry.js'

/** How an attempt ended, and what becomes of its job. `startedAt` and `endedAt` are those of the attempt. */
export type Outcome = CompletedOutcome | RetryOutcome | FailedOutcome | CancelledOutcome | ReleasedOutcome

interface Span {
  readonly startedAt: EpochMs
  readonly endedAt: EpochMs
  readonly endedBy: EndedBy
}

export interface CompletedOutcome extends Span {
  readonly kind: 'completed'
  readonly resultJson: string
}

/** Runs again at `at`. A task that asked for it by RetryLater `counts` nothing. */
export interface RetryOutcome extends Span {
  readonly kind: 'retry'
  readonly at: EpochMs
  readonly reason: FailureReason
  readonly error: JobError
  readonly counts: Counts
}

export interface FailedOutcome extends Span {
  readonly kind: 'failed'
  readonly reason: FailureReason
  readonly error: JobError
  readonly counts: Counts
}

export interface CancelledOutcome extends Span {
  readonly kind: 'cancelled'
}

/** Given back without penalty; `started` is false if the task's code had not begun, and then no attempt is kept. */
export interface ReleasedOutcome extends Span {
  readonly kind: 'released'
  readonly started: boolean
}

/** Which counter of the job an attempt adds to. */
export type Counts = 'failure' | 'loss' | 'loss alone' | 'nothing'

/** What a task process says of an attempt. */
export type AttemptReport =
  | { readonly kind: 'returned'; readonly resultJson: string; readonly startedAt: EpochMs; readonly endedAt: EpochMs }
  | {
      readonly kind: 'threw'
      readonly error: JobError
      readonly verdict: 'by policy' | 'never'
      readonly startedAt: EpochMs
      readonly endedAt: EpochMs
    }
  | {
      readonly kind: 'asked for later'
      readonly delayMs: number
      readonly error: JobError
      readonly startedAt: EpochMs
      readonly endedAt: EpochMs
    }

/** The outcome of an attempt that ended by itself. */
export function outcomeOfReport(job: Job, report: AttemptReport, random: () => number): Outcome {
  const { startedAt, endedAt } = report
  switch (report.kind) {
    case 'returned':
      return { kind: 'completed', resultJson: report.resultJson, startedAt, endedAt, endedBy: 'return' }
    case 'asked for later': {
      const { error, delayMs } = report
      const span = { reason: 'error', startedAt, endedAt, endedBy: 'throw' } as const
      return { kind: 'retry', at: endedAt + delayMs, error, counts: 'nothing', ...span }
    }
    case 'threw': {
      const failure = { reason: 'error', error: report.error, startedAt, endedAt, endedBy: 'throw' } as const
      if (report.verdict === 'never') return { kind: 'failed', counts: 'failure', ...failure }
      return afterFailure(job, failure, random)
    }
  }
}

interface Failure extends Span {
  readonly reason: FailureReason
  readonly error: JobError
}

/** Retry or final failure, by the job's policy: it has `maxRetries` failures free. */
export function afterFailure(job: Job, failure: Failure, random: () => number): RetryOutcome | FailedOutcome {
  const failures = job.failures + 1
  if (failures > job.maxRetries) return { kind: 'failed', counts: 'failure', ...failure }
  const at = failure.endedAt + backoffMs(job.backoff ?? defaultBackoff, failures, random)
  return { kind: 'retry', at, counts: 'failure', ...failure }
}

/** After the process of a running job died: at once again, unless it has died with this job too often. */
export function afterLoss(
  job: Pick<Job, 'losses' | 'lossesAlone'>,
  loss: Failure & { readonly alone: boolean },
): RetryOutcome | FailedOutcome {
  const { alone, ...failure } = loss
  const counts = alone ? 'loss alone' : 'loss'
  const tooOften = job.losses + 1 >= maxLosses || (alone && job.lossesAlone + 1 >= maxLossesAlone)
  if (tooOften) return { kind: 'failed', counts, ...failure }
  return { kind: 'retry', at: failure.endedAt, counts, ...failure }
}
