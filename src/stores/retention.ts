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

/** Over the number, a job goes only if it ended at least so long ago: nobody may lose a result that was just made. */
const youngMs = 3_600_000

/** Jobs that ended at this time or earlier may go if there are too many of their state. */
export function oldestYoung(now: EpochMs): EpochMs {
  return now - youngMs
}
