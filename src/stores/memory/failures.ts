import { type FailureGroup, foldError, maxGroups } from '../../domain/failure-group.js'
import type { EpochMs, Job } from '../../domain/job.js'
import { shellTask } from '../../domain/shell-task.js'
import { minuteOf } from '../../domain/statistics.js'
import { statisticsName } from '../../domain/statistics-name.js'
import type { FailureRow, JobRow } from './jobs.js'
import type { Tables } from './tables.js'

/** The latest failure first. */
export function failureGroups({ failures }: Tables, since: EpochMs, limit: number): readonly FailureGroup[] {
  return failures
    .filter(({ lastAt }) => minuteOf(lastAt) >= minuteOf(since))
    .toSorted((a, b) => b.lastAt - a.lastAt || failures.indexOf(a) - failures.indexOf(b))
    .slice(0, limit)
    .map(({ minutes: all, ...group }) => {
      const minutes = [...all]
        .map(([minute, count]) => ({ minute, count }))
        .filter(({ minute }) => minute >= minuteOf(since))
      minutes.sort((a, b) => a.minute - b.minute)
      return { ...group, count: minutes.reduce((sum, { count }) => sum + count, 0), minutes }
    })
    .filter(({ count }) => count > 0)
}

/** Counts a job that failed. */
export function addFailure({ failures }: Tables, row: JobRow, at: EpochMs): void {
  const { job } = row
  const name = job.task === shellTask ? nameOf(job) : job.task
  const error = job.error === null ? '' : foldError(job.error)
  const ofTask = failures.filter(({ task }) => task === name)
  const find = (text: string) => ofTask.find((group) => group.error === text)
  const isFull = find(error) === undefined && ofTask.length >= maxGroups
  const known = find(isFull ? '' : error)
  const added: FailureRow = {
    task: name,
    error: isFull ? '' : error,
    firstAt: at,
    lastAt: at,
    sample: job.id,
    minutes: new Map(),
  }
  const group = known ?? added
  if (known === undefined) failures.push(added)
  row.failure = group
  group.lastAt = Math.max(group.lastAt, at)
  group.sample = job.id
  group.minutes.set(minuteOf(at), (group.minutes.get(minuteOf(at)) ?? 0) + 1)
}

function nameOf({ task, schedule, key }: Job): string {
  return statisticsName({ task, schedule: schedule?.name ?? null, key })
}

/** Removes what was counted before a minute, and failures of which no job is left. */
export function forgetFailures({ failures, jobs }: Tables, minute: number): void {
  for (const { minutes } of failures) {
    for (const one of minutes.keys()) if (one < minute) minutes.delete(one)
  }
  const kept = new Set(jobs.inState('failed').map(({ failure }) => failure))
  failures.splice(
    0,
    failures.length,
    ...failures.filter((group) => minuteOf(group.lastAt) >= minute || kept.has(group)),
  )
}
