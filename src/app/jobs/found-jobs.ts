import type { JobId, JobState } from '../../domain/job.js'
import type { JobFilter, JobReader } from '../../stores/store.js'
import { batchSize } from '../batches.js'

/** The jobs that somebody wants changed. */
export interface FoundJobs {
  /** The oldest first. */
  readonly ids: readonly JobId[]
  /** The states that they were looked for in. */
  readonly states: readonly JobState[]
  /** The task of all of them; null if they are of several, or there are none. */
  readonly task: string | null
}

/** All jobs that a filter finds in these states. */
export async function findJobs(
  store: Pick<JobReader, 'jobs'>,
  filter: JobFilter,
  states: readonly JobState[],
): Promise<FoundJobs> {
  const ids: JobId[] = []
  const tasks = new Set<string>()
  for (let after: JobId | null = null; ; ) {
    const { items, next } = await store.jobs({ ...filter, states }, { limit: batchSize, after })
    for (const { id, task } of items) {
      ids.push(id)
      tasks.add(task)
    }
    if (next === null) break
    after = next
  }
  const [task = null] = tasks
  return { ids: ids.reverse(), states, task: tasks.size === 1 ? task : null }
}

/** How many jobs the filter would find beside those it finds, if it did not ask for their age. */
export async function countOlder(store: Pick<JobReader, 'jobs'>, filter: JobFilter, found: FoundJobs): Promise<number> {
  const { createdAfter, endedAfter, ...ageless } = filter
  if (createdAfter === undefined && endedAfter === undefined) return 0
  return (await findJobs(store, ageless, found.states)).ids.length - found.ids.length
}
