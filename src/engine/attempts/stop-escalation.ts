import type { StopReason } from '../ipc/messages.js'
import { after } from '../timer.js'
import type { RunningAttempt } from './running-attempt.js'

// A loop that is free answers within milliseconds, on a busy machine within tenths of a second.
const answerMs = 1_000
// From TERM, which what the job has started may heed, to KILL.
const lastWordsMs = 500

/** Asks a job to stop, and leaves it at that. */
export function askToStop(entry: RunningAttempt, reason: StopReason): void {
  entry.stopping = reason
  entry.lane?.stop(entry, reason)
}

/**
 * Stops a job step by step, until one of the steps ends it: its signal; after the grace its process is asked to abandon
 * it; if that does not answer, its loop is blocked, and its process gets TERM, then KILL.
 */
export function stopInSteps(entry: RunningAttempt, reason: StopReason, graceMs: number): void {
  entry.cancelNextStep()
  askToStop(entry, reason)
  if (entry.beganAt === null) return
  const next = (delayMs: number, step: () => void) => {
    entry.cancelNextStep = after(delayMs, step)
  }
  next(graceMs, () => {
    entry.lane?.abandon(entry)
    next(answerMs, () => {
      entry.lane?.terminate(entry)
      next(lastWordsMs, () => entry.lane?.killFor(entry))
    })
  })
}
