import type { JobId } from '../../domain/job.js'
import type { JobAdmin, Retried } from '../../stores/store.js'
import { inBatches, smallBatchSize } from '../batches.js'

/** What became of a job that somebody wants retried. */
export interface RetriedJob {
  readonly id: JobId
  readonly answer: Retried
}

/** Puts failed and cancelled jobs back on their queues. Others stay as they are. */
export async function retryJobs(store: Pick<JobAdmin, 'retry'>, ids: readonly JobId[]): Promise<readonly RetriedJob[]> {
  const items: RetriedJob[] = []
  for (const some of inBatches(ids, smallBatchSize)) {
    const answers = await store.retry(some)
    items.push(...some.map((id, index) => ({ id, answer: answers[index] ?? 'unknown' })))
  }
  return items
}
