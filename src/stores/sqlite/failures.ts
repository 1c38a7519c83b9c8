import type { JobError } from '../../domain/failure.js'
import { type FailureGroup, foldError, maxGroups } from '../../domain/failure-group.js'
import type { EpochMs } from '../../domain/job.js'
import { minuteOf } from '../../domain/statistics.js'
import type { Statements } from './statements.js'
import type { Writing } from './writing.js'

/** Counts a job that failed. Returns the number of its group. */
export function addFailure({ statements }: Writing, job: number, task: number, error: JobError, at: EpochMs): number {
  const group = groupOf(statements, task, foldError(error), at, job)
  statements.countFailure.run({ group, at, job })
  statements.countFailureMinute.run(group, minuteOf(at))
  return group
}

function groupOf(statements: Statements, task: number, error: string, at: EpochMs, job: number): number {
  const known = statements.failureGroup.get(task, error) as { readonly id: number } | undefined
  if (known !== undefined) return known.id
  const { count } = statements.countFailureGroups.get(task) as { readonly count: number }
  if (error !== '' && count >= maxGroups) return groupOf(statements, task, '', at, job)
  return Number(statements.addFailureGroup.run({ task, error, at, job }).lastInsertRowid)
}

/** The groups with failures since a time, rounded to the minute; the latest failure first. */
export function failureGroups(statements: Statements, since: EpochMs, limit: number): readonly FailureGroup[] {
  const rows = statements.failureGroups.all(minuteOf(since) * 60_000, limit) as GroupRow[]
  const groups = rows.map(({ id, sample, ...group }) => {
    const minutes = statements.failureMinutes.all(id, minuteOf(since)) as FailureGroup['minutes']
    return { ...group, sample: `j${sample}`, count: minutes.reduce((sum, { count }) => sum + count, 0), minutes }
  })
  return groups.filter(({ count }) => count > 0)
}

interface GroupRow {
  readonly id: number
  readonly task: string
  readonly error: string
  readonly firstAt: EpochMs
  readonly lastAt: EpochMs
  readonly sample: number
}
