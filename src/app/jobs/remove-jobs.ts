import type { JobId } from '../../domain/job.js'
import type { JobAdmin, Removed } from '../../stores/store.js'
import { inBatches, smallBatchSize } from '../batches.js'

/** What became of a job that somebody wants removed. */
export interface RemovedJob {
  readonly id: JobId
  readonly answer: Removed
}

/** Removes jobs that have ended, with their attempts and output. Others stay as they are. */
export async function removeJobs(
  store: Pick<JobAdmin, 'remove'>,
  ids: readonly JobId[],
): Promise<readonly RemovedJob[]> {
  const items: RemovedJob[] = []
  for (const some of inBatches(ids, smallBatchSize)) {
    const answers = await store.remove(some)
    items.push(...some.map((id, index) => ({ id, answer: answers[index] ?? 'unknown' })))
  }
  return items
}
