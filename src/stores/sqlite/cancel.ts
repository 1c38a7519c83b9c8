import type { Clock } from '../../domain/clock.js'
import type { Statements } from './statements.js'

/** Cancels a job that waits; asks a running one to stop; leaves an ended one. */
export function cancelJob(statements: Statements, clock: Clock, job: number) {
  if (statements.cancelWaiting.run({ job, now: clock.now() }).changes > 0) return 'cancelled'
  if (statements.askToCancel.run({ job }).changes > 0) return 'requested'
  return statements.job.get(job) === undefined ? 'unknown' : 'ended'
}
