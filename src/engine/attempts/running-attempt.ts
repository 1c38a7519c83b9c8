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
import type { Claim } from '../../stores/store.js'
import { describeExit, type ProcessExit } from '../hosts/process-exit.js'
import type { StopReason } from '../ipc/messages.js'
import type { Lane } from '../pool/lane.js'
import type { AttemptLog } from './attempt-log.js'

/** A job that this worker has claimed and not settled. */
export interface RunningAttempt {
  readonly claim: Claim
  /** Where it was handed over to; null while no lane has it. */
  lane: Lane | null
  /** When its code began, as far as the worker can tell; null while it waits. */
  beganAt: EpochMs | null
  /** When its time is over, by `performance.now()`. */
  deadline: number
  /** What it was asked to stop for. */
  stopping: StopReason | null
  /** What it prints; null while it has not. */
  log: AttemptLog | null
  /** Of the ladder by which it is stopped. */
  cancelNextStep: () => void
}

const nothing = () => {}

export function attemptOf(claim: Claim): RunningAttempt {
  return {
    claim,
    lane: null,
    beganAt: null,
    deadline: Number.POSITIVE_INFINITY,
    stopping: null,
    log: null,
    cancelNextStep: nothing,
  }
}

/** What an attempt ends as, given what its process reported and what it was asked for. */
export function outcomeOf(entry: RunningAttempt, report: AttemptReport): Outcome {
  const { job } = entry.claim
  const { startedAt, endedAt } = report
  const endedBy: EndedBy = report.kind === 'forced' ? report.endedBy : 'signal'
  switch (entry.stopping) {
    case 'timeout':
      return timedOut(job, { startedAt, endedAt, endedBy })
    case 'cancelled':
      return { kind: 'cancelled', startedAt, endedAt, endedBy }
    case 'shutdown':
      // It threw because it was interrupted: that is nobody's failure.
      if (report.kind === 'threw') return { ...released(entry, endedAt), started: true, startedAt }
  }
  return report.kind === 'forced' ? released(entry, endedAt) : outcomeOfReport(job, report, Math.random)
}

/** What an attempt ends as whose process died. `alone`: no other job ran in it. */
export function outcomeOfExit(entry: RunningAttempt, exit: ProcessExit, alone: boolean, now: EpochMs): Outcome {
  const { job } = entry.claim
  const span = { startedAt: entry.beganAt ?? now, endedAt: now, endedBy: 'killed' } as const
  switch (entry.stopping) {
    case 'timeout':
      return timedOut(job, span)
    case 'cancelled':
      return { kind: 'cancelled', ...span }
    case 'shutdown':
      return released(entry, now)
  }
  // The worker killed it for the sake of another job, since its loop was blocked: by one of these, perhaps.
  if (exit.killed) return { ...released(entry, now), suspect: true }
  const endedBy: EndedBy = exit.signal === null ? 'exit' : 'lost'
  const name = exit.memory === null ? 'ProcessLost' : 'OutOfMemory'
  const message = `the task process ended (${describeExit(exit)}) while the job ran`
  const error = errorWithLastWords(name, message, exit.lastWords)
  return afterLoss(job, alone ? 'loss alone' : 'loss', { ...span, endedBy, reason: 'lost', error })
}

/** Given back without penalty, begun or not. */
export function released({ beganAt }: RunningAttempt, endedAt: EpochMs): ReleasedOutcome {
  const started = beganAt !== null
  return { kind: 'released', started, suspect: false, startedAt: beganAt ?? endedAt, endedAt, endedBy: 'released' }
}

function timedOut(job: ClaimedJob, span: { startedAt: EpochMs; endedAt: EpochMs; endedBy: EndedBy }): Outcome {
  const error = { name: 'TimeoutError', message: `ran longer than its limit of ${job.timeoutMs} ms`, stack: null }
  return afterFailure(job, { ...span, reason: 'timeout', error }, Math.random)
}
