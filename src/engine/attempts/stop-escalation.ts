import type { Clock } from '../../domain/clock.js'
import type { StopReason } from '../ipc/messages.js'
import type { RunningAttempt } from './running-attempt.js'

// A loop that is free answers within milliseconds, on a busy machine within tenths of a second.
const answerMs = 1_000
// From TERM, to which the job's children may react, to KILL.
const lastWordsMs = 500

/** Asks an attempt to stop, without further steps. */
export function askToStop(attempt: RunningAttempt, reason: StopReason): void {
  attempt.stopping = reason
  attempt.handle?.stop(attempt, reason)
}

/**
 * Stops an attempt step by step until it ends. First it aborts its signal. After the grace it asks the process to
 * abandon the attempt. If the process does not answer, its loop is blocked: it gets TERM, then KILL.
 */
export function stopInSteps(clock: Clock, attempt: RunningAttempt, reason: StopReason, graceMs: number): void {
  attempt.cancelNextStep()
  askToStop(attempt, reason)
  if (attempt.startedAt === null) return
  const next = (delayMs: number, step: () => void) => {
    attempt.cancelNextStep = clock.after(delayMs, step)
  }
  next(graceMs, () => {
    attempt.handle?.abandon(attempt)
    next(answerMs, () => {
      attempt.handle?.terminate(attempt)
      next(lastWordsMs, () => attempt.handle?.kill(attempt))
    })
  })
}
