import type { EpochMs } from '../domain/job.js'
import type { Retention } from '../domain/retention.js'

export type FinalState = 'completed' | 'cancelled' | 'failed'

/** The states that a prune looks at, in its order. */
export const finalStates: readonly FinalState[] = ['completed', 'cancelled', 'failed']

/** Jobs that ended at this time or earlier are too old; none is if they are kept for ever. */
export function oldestKept(now: EpochMs, keepMs: number | null): EpochMs {
  return keepMs === null ? Number.NEGATIVE_INFINITY : now - keepMs
}

export function keepMsOf({ completedMs, failedMs }: Retention, state: FinalState): number | null {
  return state === 'failed' ? failedMs : completedMs
}
