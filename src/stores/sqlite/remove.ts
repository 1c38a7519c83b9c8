import type { JobId } from '../../domain/job.js'
import { type FinalState, finalStates } from '../retention.js'
import type { Removed } from '../store.js'
import { stateCodes } from './codes.js'
import { jobNumber } from './rows.js'
import { placeOf } from './waiting.js'
import type { Writing } from './writing.js'

interface EndedJob {
  readonly job: number
  readonly queue: number
  readonly state: FinalState
}

/** Removes jobs that have ended and hold no key, with all that belongs to them. */
export function removeJobs(writing: Writing, ids: readonly JobId[]): readonly Removed[] {
  const removed = new Map<number, EndedJob>()
  const answers = ids.map((id): Removed => {
    const job = jobNumber(id)
    const place = removed.has(job) ? null : placeOf(writing, job)
    if (place === null) return 'unknown'
    const state = finalStates.find((final) => stateCodes[final] === place.state)
    if (state === undefined) return 'unended'
    if (writing.statements.holdsKey.get({ job, now: writing.clock.now() }) !== undefined) return 'key-held'
    removed.set(job, { job, queue: place.queue, state })
    return 'removed'
  })
  removeEnded(writing, [...removed.values()])
  return answers
}

/** Removes these jobs, which have ended. */
export function removeEnded({ statements, counters }: Writing, jobs: readonly EndedJob[]): void {
  if (jobs.length === 0) return
  for (const { queue, state } of jobs) {
    counters.add(queue, state, -1)
    counters.add(queue, 'removed', 1)
  }
  const ids = JSON.stringify(jobs.map(({ job }) => job))
  // Before the jobs themselves: both are found by what the jobs say.
  statements.pruneKeys.run(ids)
  statements.pruneExpiring.run(ids)
  statements.pruneAttempts.run(ids)
  statements.pruneOutput.run(ids)
  statements.pruneProgress.run(ids)
  statements.pruneUsage.run(ids)
  statements.pruneTroubles.run(ids)
  statements.noteRemoved.run(ids)
  statements.pruneEnds.run(ids)
  statements.pruneJobs.run(ids)
}
