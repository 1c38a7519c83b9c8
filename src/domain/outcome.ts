import type { JobError } from './failure.js'
import {
  type ClaimedJob,
  type EndedBy,
  type EpochMs,
  type FailureReason,
  type Job,
  maxLosses,
  maxLossesAlone,
} from './job.js'
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
  readonly endedBy: 'return'
  readonly resultJson: string
}

/** Runs again at `at`. If its task asked for that by RetryLater, it `counts` no failure. */
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

/**
 * Given back without penalty. If its code had not started, `started` is false and no attempt is kept. A `suspect`
 * runs alone next: it may have blocked the others.
 */
export interface ReleasedOutcome extends Span {
  readonly kind: 'released'
  readonly started: boolean
  readonly suspect: boolean
}

/**
 * Which counter of the job an attempt adds to. A `worker loss` is the death of the whole worker, which blames no job.
 */
export type Counts = 'failure' | 'loss' | 'loss alone' | 'worker loss' | 'postponement'

/** Additions to the counters of a job, and whether it is a suspect from now on; null: as before. */
export interface Tally {
  readonly failures: number
  readonly losses: number
  readonly lossesAlone: number
  readonly suspect: boolean | null
  /** Added to those in a row; null: the row is over. */
  readonly postponements: number | null
}

const tallies: Readonly<Record<Counts, Tally>> = {
  failure: { failures: 1, losses: 0, lossesAlone: 0, suspect: false, postponements: null },
  loss: { failures: 0, losses: 1, lossesAlone: 0, suspect: true, postponements: null },
  'loss alone': { failures: 0, losses: 1, lossesAlone: 1, suspect: true, postponements: null },
  'worker loss': { failures: 0, losses: 1, lossesAlone: 0, suspect: null, postponements: 0 },
  postponement: { failures: 0, losses: 0, lossesAlone: 0, suspect: false, postponements: 1 },
}

export function tallyOf(counts: Counts): Tally {
  return tallies[counts]
}

/**
 * How an attempt ended, as its host reports it. A forced one has not heeded its signal: its promise still hangs, or its
 * program was killed.
 */
export type AttemptReport =
  | EndedReport
  | {
      readonly kind: 'forced'
      readonly endedBy: 'abandoned' | 'killed'
      readonly startedAt: EpochMs
      readonly endedAt: EpochMs
    }

export type EndedReport =
  | { readonly kind: 'returned'; readonly resultJson: string; readonly startedAt: EpochMs; readonly endedAt: EpochMs }
  | {
      readonly kind: 'threw'
      readonly error: JobError
      /** `by signal`: TERM, INT or HUP ended it; an interruption if its worker stops, by policy otherwise. */
      readonly verdict: 'by policy' | 'never' | 'by signal'
      readonly startedAt: EpochMs
      readonly endedAt: EpochMs
    }
  | {
      readonly kind: 'asked for later'
      /** null: it does not say when. */
      readonly delayMs: number | null
      readonly error: JobError
      readonly startedAt: EpochMs
      readonly endedAt: EpochMs
    }

/** A task that asks for later more often than this in a row will ask again the next time. */
export const maxPostponements = 100

/** The wait of a task that asked to run later without a time. It doubles each time in a row. */
const postponement = { firstMs: 1_000, maxMs: 60_000 }

/** The wait after `postponements` in a row before this one, in milliseconds. */
export function postponementMs(postponements: number): number {
  return Math.min(postponement.firstMs * 2 ** postponements, postponement.maxMs)
}

/** The outcome of an attempt that ended by itself. */
export function outcomeOfReport(job: ClaimedJob, report: EndedReport, random: () => number): Outcome {
  const { startedAt, endedAt } = report
  switch (report.kind) {
    case 'returned':
      return { kind: 'completed', resultJson: report.resultJson, startedAt, endedAt, endedBy: 'return' }
    case 'asked for later': {
      const { error, delayMs } = report
      const span = { reason: 'error', startedAt, endedAt, endedBy: 'throw' } as const
      if (job.postponements >= maxPostponements) return afterFailure(job, { error, ...span }, random)
      const waitMs = delayMs ?? postponementMs(job.postponements)
      return { kind: 'retry', at: endedAt + waitMs, error, counts: 'postponement', ...span }
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

/** Retry or final failure, by the job's policy: it is tried again up to `maxRetries` times. */
export function afterFailure(job: ClaimedJob, failure: Failure, random: () => number): RetryOutcome | FailedOutcome {
  const failures = job.failures + 1
  if (failures > job.maxRetries) return { kind: 'failed', counts: 'failure', ...failure }
  const at = failure.endedAt + backoffMs(job.backoff ?? defaultBackoff, failures, random)
  return { kind: 'retry', at, counts: 'failure', ...failure }
}

/** After the worker of a running job died, or stopped without storing its end. */
export function afterWorkerLoss(job: Pick<Job, 'losses' | 'lossesAlone' | 'lostWithWorker'>, failure: Failure) {
  return job.lostWithWorker
    ? ({ kind: 'failed', counts: 'worker loss', ...failure } as const)
    : afterLoss(job, 'worker loss', failure)
}

/** After the process of a running job died: at once again, unless it has died with this job too often. */
export function afterLoss(
  job: Pick<Job, 'losses' | 'lossesAlone'>,
  counts: 'loss' | 'loss alone' | 'worker loss',
  failure: Failure,
): RetryOutcome | FailedOutcome {
  const tally = tallyOf(counts)
  const lossesAlone = job.lossesAlone + tally.lossesAlone
  const tooOften = job.losses + 1 >= maxLosses || (tally.lossesAlone > 0 && lossesAlone >= maxLossesAlone)
  if (tooOften) return { kind: 'failed', counts, ...failure }
  return { kind: 'retry', at: failure.endedAt, counts, ...failure }
}
