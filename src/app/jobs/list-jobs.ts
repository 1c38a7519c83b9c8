import type { EpochMs, FailureReason, JobId, JobState } from '../../domain/job.js'
import type { JobFilter, Store } from '../../stores/store.js'
import { type JobListItem, jobToListItem } from '../../views/job.js'

/** The requested jobs. Undefined properties match all. */
export interface JobQuery {
  readonly states?: readonly JobState[] | undefined
  readonly task?: string | undefined
  readonly queue?: string | undefined
  readonly schedule?: string | undefined
  readonly reason?: FailureReason | undefined
  readonly error?: string | undefined
  readonly endedWithinMs?: number | undefined
  readonly olderThanMs?: number | undefined
  readonly newerThanMs?: number | undefined
}

/** The jobs of a query as the store finds them: ages become times. */
export function jobFilter(query: JobQuery, now: EpochMs): JobFilter {
  const { states, task, queue, schedule, reason, error, endedWithinMs, olderThanMs, newerThanMs } = query
  return {
    ...(states === undefined ? {} : { states }),
    ...(task === undefined ? {} : { task }),
    ...(queue === undefined ? {} : { queue }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(reason === undefined ? {} : { reason }),
    ...(error === undefined ? {} : { error }),
    ...(endedWithinMs === undefined ? {} : { endedAfter: now - endedWithinMs }),
    ...(olderThanMs === undefined ? {} : { createdBefore: now - olderThanMs }),
    ...(newerThanMs === undefined ? {} : { createdAfter: now - newerThanMs }),
  }
}

/** One page of the jobs that a filter finds, the newest first. */
export async function listJobs(
  store: Store,
  filter: JobFilter,
  page: { readonly limit: number; readonly after: JobId | null },
  redact: readonly string[],
): Promise<{ readonly items: readonly JobListItem[]; readonly next: JobId | null }> {
  const found = await store.jobs(filter, page)
  const progress = await store.progress(found.items.map(({ id }) => id))
  return { items: found.items.map((job) => jobToListItem(job, redact, progress.get(job.id))), next: found.next }
}
