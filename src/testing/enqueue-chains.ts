import { UsageError } from '../domain/errors.js'
import type { EpochMs, JobId } from '../domain/job.js'
import { jobOfCaller } from '../engine/current-job.js'
import type { Store } from '../stores/store.js'

// More than a test is likely to have, and done in a second.
const maxLength = 1_000

/**
 * Jobs that are each enqueued by the one before, without any delay: of one that enqueues itself there is no end, and no time
 * passes. `tell` gets the error, once for each such chain.
 */
export function watchChains(store: Store, now: () => EpochMs, tell: (error: UsageError) => void): Store {
  const lengths = new Map<JobId, number>()
  return {
    ...store,
    async enqueue(jobs) {
      const parent = jobOfCaller()
      const answers = await store.enqueue(jobs)
      if (parent === undefined) return answers
      const length = (lengths.get(parent.id) ?? 0) + 1
      for (const [index, { id, answer }] of answers.entries()) {
        const job = jobs[index]
        if (job === undefined || answer === 'existing' || job.dueAt > now()) continue
        lengths.set(id, length)
        if (length === maxLength) tell(endless(id, job.task))
      }
      return answers
    },
  }
}

function endless(id: JobId, task: string): UsageError {
  return new UsageError(
    'E_TEST_STUCK',
    `${id} (${task}) is the last of ${maxLength} jobs that were each enqueued by the one before, without a delay`,
    'if a job enqueues itself, give the next one a delay, and move the time with advance()',
  )
}
