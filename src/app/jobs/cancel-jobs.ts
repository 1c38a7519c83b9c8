import type { JobId, JobState } from '../../domain/job.js'
import { systemClock } from '../../engine/clock.js'
import type { CancelAnswer, Store } from '../../stores/store.js'
import { inBatches, smallBatchSize } from '../batches.js'
import { explainWithoutWorker } from './explain-job.js'

/** What became of a job: `requested` of one that runs, which its worker stops within a moment. */
export interface Cancelled {
  readonly id: JobId
  readonly answer: CancelAnswer
}

export interface CancelResult {
  readonly items: readonly Cancelled[]
  /** What becomes of running jobs whose worker cannot stop them. */
  readonly withoutWorker: ReadonlyMap<JobId, string>
}

/** Cancels these jobs, running ones too. `states`: only those that still are in one of them. */
export async function cancelJobs(
  store: Store,
  ids: readonly JobId[],
  states?: readonly JobState[],
): Promise<CancelResult> {
  const items: Cancelled[] = []
  for (const some of inBatches(ids, smallBatchSize)) {
    const answers = await store.cancel(some, states)
    items.push(...some.map((id, index) => ({ id, answer: answers[index] ?? 'unknown' })))
  }
  const requested = items.filter(({ answer }) => answer === 'requested').map(({ id }) => id)
  return { items, withoutWorker: await explainWithoutWorker(store, requested, systemClock.now()) }
}
