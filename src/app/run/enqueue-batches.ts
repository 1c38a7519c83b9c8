import type { JobId, NewJob } from '../../domain/job.js'
import type { Enqueued } from '../../stores/store.js'
import { inBatches } from '../batches.js'

/** Stores jobs a thousand at a time, and gives the answers of each thousand as soon as it is safe. */
export async function* enqueueBatches(
  enqueue: (jobs: readonly NewJob[]) => Promise<readonly Enqueued[]>,
  jobs: readonly NewJob[],
): AsyncGenerator<readonly Enqueued[]> {
  for (const some of inBatches(jobs)) yield await enqueue(some)
}

/** What became of many jobs that were stored together. */
export interface EnqueuedSummary {
  readonly enqueued: number
  readonly duplicates: number
  readonly ids: readonly JobId[]
}

export function summarise(answers: readonly Enqueued[]): EnqueuedSummary {
  const duplicates = answers.filter(({ answer }) => answer === 'existing' || answer === 'refused').length
  return { enqueued: answers.length - duplicates, duplicates, ids: answers.map(({ id }) => id) }
}
