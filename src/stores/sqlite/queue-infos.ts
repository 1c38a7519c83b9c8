import { type EpochMs, type JobId, type JobState, jobStates } from '../../domain/job.js'
import type { QueueInfo } from '../store.js'
import { stateCodes } from './codes.js'
import { readyLines } from './ready-lines.js'
import { jobNumber } from './rows.js'
import type { Statements } from './statements.js'
import type { CurrentPlace } from './waiting.js'

type QueueRow = QueueInfo['counts'] & { readonly id: number; readonly name: string; readonly paused_at: EpochMs | null }

/** The queues as they were counted: no job is read, but for the oldest ones. */
export function queueInfos(statements: Statements): readonly QueueInfo[] {
  const oldest = oldestQueued(statements)
  return (statements.queues.all() as QueueRow[])
    .filter((row) => row.paused_at !== null || jobStates.some((state) => row[state] > 0))
    .map((row) => ({
      name: row.name,
      paused: row.paused_at !== null,
      counts: Object.fromEntries(jobStates.map((state) => [state, row[state]])) as Record<JobState, number>,
      oldestQueuedAt: oldest.get(row.id) ?? null,
    }))
}

// Jobs become ready in their order of arrival, but for those that were delayed, waited for a retry or were given back: a
// worker that dies gives back a thousand and more, which stand before the others.
const looked = 2_000

/** Since when the oldest queued job of each queue is: of each task and priority the first jobs are looked at. */
function oldestQueued(statements: Statements): ReadonlyMap<number, EpochMs> {
  const ready = readyLines(statements, {}).map(({ queue, task, rank }) => {
    const { since } = statements.firstSince.get(queue, task, rank, looked) as { readonly since: EpochMs }
    return { queue, since }
  })
  const reserved = statements.reservedSince.all() as { readonly queue: number; readonly since: EpochMs }[]
  const oldest = new Map<number, EpochMs>()
  for (const { queue, since } of [...reserved, ...ready]) oldest.set(queue, Math.min(oldest.get(queue) ?? since, since))
  return oldest
}

/** How many jobs a queue gives out before a queued one. */
export function jobsAhead(statements: Statements, id: JobId, most: number): number {
  const place = statements.place.get(jobNumber(id)) as CurrentPlace | undefined
  if (place?.state !== stateCodes.queued) return 0
  let ahead = 0
  for (const { task } of statements.tasksReady.all(place.queue) as { readonly task: number }[]) {
    if (ahead >= most) break
    const values = [place.queue, task, place.rank, place.job, most - ahead]
    ahead += (statements.countAhead.get(values) as { readonly count: number }).count
  }
  return ahead
}
