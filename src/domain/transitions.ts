import { type JobState, jobStates } from './job.js'

/**
 * Every change of state that a job can make, and what causes it. The stores obey this table, and the diagram in
 * docs/jobs.md is made from it.
 */
export const transitions: Readonly<Record<JobState, Readonly<Partial<Record<JobState, string>>>>> = {
  scheduled: { queued: 'its time has come', cancelled: 'cancelled or replaced', failed: 'expired' },
  queued: { running: 'claimed', cancelled: 'cancelled or replaced', failed: 'expired' },
  running: {
    completed: 'returned',
    failed: 'no retries left, not retryable, or lost too often',
    cancelled: 'cancelled',
    scheduled: 'waits for a retry',
    queued: 'handed back, or its process died',
  },
  completed: {},
  failed: { queued: 'retried by hand' },
  cancelled: { queued: 'retried by hand' },
}

export function canMove(from: JobState, to: JobState): boolean {
  return transitions[from][to] !== undefined
}

/** States from which nothing happens by itself. */
export const finalStates = jobStates.filter((state) => ['completed', 'failed', 'cancelled'].includes(state))

export function isFinal(state: JobState): boolean {
  return finalStates.includes(state)
}
