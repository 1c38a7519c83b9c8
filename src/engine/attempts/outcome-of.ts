import { errorWithLastWords } from '../../domain/failure.js'
import type { ClaimedJob, EndedBy, EpochMs } from '../../domain/job.js'
import {
  type AttemptReport,
  afterFailure,
  afterLoss,
  type Outcome,
  outcomeOfReport,
  type ReleasedOutcome,
} from '../../domain/outcome.js'
import { describeExit, type ProcessExit } from '../hosts/process-exit.js'
import type { RunningAttempt } from './running-attempt.js'

/** The outcome of an attempt, from the report of its process and from why it was asked to stop. */
export function outcomeOf(attempt: RunningAttempt, report: AttemptReport): Outcome {
  const { job } = attempt.claim
  const { startedAt, endedAt } = report
  const endedBy: EndedBy = report.kind === 'forced' ? report.endedBy : 'signal'
  switch (attempt.stopping) {
    case 'timeout':
      // It had ended in time, and its worker read that too late.
      if (report.kind === 'returned' && endedAt - startedAt < (job.timeoutMs ?? 0)) break
      return timedOut(job, { startedAt, endedAt, endedBy })
    case 'cancelled':
      return { kind: 'cancelled', startedAt, endedAt, endedBy }
    case 'shutdown':
      // It threw because it was interrupted: that is no failure.
      if (report.kind === 'threw') return { ...released(attempt, endedAt), started: true, startedAt }
  }
  return report.kind === 'forced' ? released(attempt, endedAt) : outcomeOfReport(job, report, Math.random)
}

/** The outcome of an attempt whose process died. `alone`: no other job ran in it. */
export function outcomeOfExit(attempt: RunningAttempt, exit: ProcessExit, alone: boolean, now: EpochMs): Outcome {
  const { job } = attempt.claim
  const span = { startedAt: attempt.startedAt ?? now, endedAt: now, endedBy: 'killed' } as const
  switch (attempt.stopping) {
    case 'timeout':
      return timedOut(job, span)
    case 'cancelled':
      return { kind: 'cancelled', ...span }
    case 'shutdown':
      return released(attempt, now)
  }
  // The worker killed it because of another job that could not be stopped. Its loop was blocked, perhaps by one of
  // these.
  if (exit.killed) return { ...released(attempt, now), suspect: true }
  const endedBy: EndedBy = exit.signal === null ? 'exit' : 'lost'
  const name = exit.memory === null ? 'ProcessLost' : 'OutOfMemory'
  const message = `the task process ended (${describeExit(exit)}) while the job ran`
  const error = errorWithLastWords(name, message, exit.lastWords)
  return afterLoss(job, alone ? 'loss alone' : 'loss', { ...span, endedBy, reason: 'lost', error })
}

/** The outcome of an attempt whose task is not there any more, and that no other worker may run. */
export function outcomeWithoutTask(attempt: RunningAttempt, fault: string | null, now: EpochMs): Outcome {
  const { job } = attempt.claim
  const message = `there is no task ${job.task} any more${fault === null ? '' : `: ${fault}`}`
  const error = { name: 'TaskMissing', message, stack: null }
  const span = { startedAt: now, endedAt: now }
  return outcomeOfReport(job, { kind: 'threw', verdict: 'never', error, ...span }, Math.random)
}

/** Given back without penalty, started or not. */
export function released(attempt: RunningAttempt, endedAt: EpochMs): ReleasedOutcome {
  const started = attempt.startedAt !== null
  const startedAt = attempt.startedAt ?? endedAt
  return { kind: 'released', started, suspect: false, startedAt, endedAt, endedBy: 'released' }
}

/** The same for a job that no process was given. */
export function releasedUnstarted(now: EpochMs): ReleasedOutcome {
  return { kind: 'released', started: false, suspect: false, startedAt: now, endedAt: now, endedBy: 'released' }
}

function timedOut(job: ClaimedJob, span: { startedAt: EpochMs; endedAt: EpochMs; endedBy: EndedBy }): Outcome {
  const error = { name: 'TimeoutError', message: `ran longer than its limit of ${job.timeoutMs} ms`, stack: null }
  return afterFailure(job, { ...span, reason: 'timeout', error }, Math.random)
}
