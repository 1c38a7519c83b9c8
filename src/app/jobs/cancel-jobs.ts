import type { JobId, JobState } from '../../domain/job.js'
import { systemClock } from '../../engine/clock.js'
import type { JobFilter, Store } from '../../stores/store.js'
import { batchSize, inBatches } from '../batches.js'
import { explainWithoutWorker } from './explain-job.js'

/** What became of a job: `requested` of one that runs, which its worker stops within a moment. */
export interface Cancelled {
  readonly id: JobId
  readonly answer: 'cancelled' | 'requested' | 'ended' | 'unknown'
}

export interface CancelResult {
  readonly items: readonly Cancelled[]
  /** What becomes of running jobs whose worker cannot stop them. */
  readonly withoutWorker: ReadonlyMap<JobId, string>
}

/** Cancels these jobs, running ones too. */
export async function cancelJobs(store: Store, ids: readonly JobId[]): Promise<CancelResult> {
  const answers = await store.cancel(ids)
  const items = ids.map((id, index) => ({ id, answer: answers[index] ?? 'unknown' }))
  const requested = items.filter(({ answer }) => answer === 'requested').map(({ id }) => id)
  return { items, withoutWorker: await explainWithoutWorker(store, requested, systemClock.now()) }
}

const cancellable: readonly JobState[] = ['scheduled', 'queued', 'running']

/** Cancels many jobs a thousand at a time, and gives what became of each thousand. */
export async function* cancelInBatches(store: Store, ids: readonly JobId[]): AsyncGenerator<CancelResult> {
  for (const some of inBatches(ids)) yield await cancelJobs(store, some)
}

/** The jobs that a filter finds. Without states in it: only jobs that can be cancelled. */
export async function findCancellable(store: Store, filter: JobFilter): Promise<readonly JobId[]> {
  const ids: JobId[] = []
  for (let after: JobId | null = null; ; ) {
    const page = { limit: batchSize, after }
    const { items, next } = await store.jobs({ ...filter, states: filter.states ?? cancellable }, page)
    ids.push(...items.map(({ id }) => id))
    if (next === null) return ids
    after = next
  }
}
