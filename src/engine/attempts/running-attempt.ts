import type { EpochMs } from '../../domain/job.js'
import type { Claim } from '../../stores/store.js'
import type { StopReason } from '../ipc/messages.js'
import type { AttemptLog } from './attempt-log.js'

/** Controls the process of an attempt. A slot of the pool is the handle of all attempts in it. */
export interface AttemptHandle {
  stop(attempt: RunningAttempt, reason: StopReason): void
  /** Ends the attempt without waiting for its promise. Needs a free event loop in its process. */
  abandon(attempt: RunningAttempt): void
  /** Sends TERM to the process of the attempt and to all its children. */
  terminate(attempt: RunningAttempt): void
  /** Kills the process of the attempt. */
  kill(attempt: RunningAttempt): void
}

/** An attempt that this worker has claimed and not settled. */
export interface RunningAttempt {
  readonly claim: Claim
  /** null while it waits for a slot. */
  handle: AttemptHandle | null
  /** When its code started, as the worker saw it; null while it waits. */
  startedAt: EpochMs | null
  /** When its time limit ends, by the monotonic clock. */
  deadline: number
  /** Why it was asked to stop; null if it was not. */
  stopping: StopReason | null
  /** Whether its process has reported its end, which may not be stored yet. */
  hasEnded: boolean
  /** Its output; null until it prints something. */
  log: AttemptLog | null
  /** Cancels the next step of its stop. */
  cancelNextStep: () => void
}

const nothing = () => {}

export function attemptOf(claim: Claim): RunningAttempt {
  return {
    claim,
    handle: null,
    startedAt: null,
    deadline: Number.POSITIVE_INFINITY,
    stopping: null,
    hasEnded: false,
    log: null,
    cancelNextStep: nothing,
  }
}
