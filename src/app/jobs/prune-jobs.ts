import type { Retention } from '../../domain/retention.js'
import type { JobAdmin } from '../../stores/store.js'
import { smallBatchSize } from '../batches.js'

// To count more would take seconds, and helps nobody.
const maxCounted = 1_000_000

/** How many jobs the retention no longer keeps, up to a million. */
export function countPrunable(store: Pick<JobAdmin, 'prunable'>, retention: Retention): Promise<number> {
  return store.prunable(retention, maxCounted)
}

/** Removes what the retention no longer keeps, batch by batch, and gives how many were removed after each. */
export async function* pruneJobs(store: Pick<JobAdmin, 'prune'>, retention: Retention): AsyncGenerator<number> {
  for (let removed = 0; ; ) {
    const some = await store.prune(retention, smallBatchSize)
    removed += some
    yield removed
    if (some < smallBatchSize) return
  }
}
