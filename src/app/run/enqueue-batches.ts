import type { JobId, NewJob } from '../../domain/job.js'
import type { Enqueued } from '../../stores/store.js'

/** How many jobs are stored with one commit, and checked with one message. */
export const batchSize = 1_000

/** Stores jobs a thousand at a time, and gives the answers of each thousand as soon as it is safe. */
export async function* enqueueBatches(
  enqueue: (jobs: readonly NewJob[]) => Promise<readonly Enqueued[]>,
  jobs: readonly NewJob[],
): AsyncGenerator<readonly Enqueued[]> {
  for (const some of inBatches(jobs)) yield await enqueue(some)
}

export function inBatches<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / batchSize) }, (_, index) =>
    items.slice(index * batchSize, (index + 1) * batchSize),
  )
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
