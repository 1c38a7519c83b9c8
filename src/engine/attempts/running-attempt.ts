import type { EpochMs } from '../../domain/job.js'
import type { Claim } from '../../stores/store.js'
import type { StopReason } from '../ipc/messages.js'
import type { AttemptLog } from './attempt-log.js'

/** How the runner reaches what runs its attempts: a slot of the pool, one handle for all that are in it. */
export interface AttemptHandle {
  stop(attempt: RunningAttempt, reason: StopReason): void
  /** Ends it without its promise, if the loop of its process is free to do so. */
  abandon(attempt: RunningAttempt): void
  /** Tells what runs it, and all that it has started, to end. */
  terminate(attempt: RunningAttempt): void
  /** Kills what runs it. */
  kill(attempt: RunningAttempt): void
}

/** An attempt that this worker has claimed and not settled. */
export interface RunningAttempt {
  readonly claim: Claim
  /** null while it waits for a slot. */
  handle: AttemptHandle | null
  /** When its code began, as far as the worker can tell; null while it waits. */
  startedAt: EpochMs | null
  /** When its time is over, by the monotonic clock. */
  deadline: number
  /** What it was asked to stop for. */
  stopping: StopReason | null
  /** What it prints; null while it has not. */
  log: AttemptLog | null
  /** Of the steps by which it is stopped. */
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
    log: null,
    cancelNextStep: nothing,
  }
}
