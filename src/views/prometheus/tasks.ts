import { failureReasons } from '../../domain/job.js'
import { countOf, countUpTo, mergedDurations } from '../../domain/percentiles.js'
import type { TaskStatistics } from '../../domain/statistics.js'
import type { Exposition } from './exposition.js'
import { byLabel, labelValues, maxNames, otherName } from './names.js'

/** Upper bounds of the histogram, in seconds: 5 ms to an hour. */
export const histogramBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600]

export function addTasks(out: Exposition, statistics: readonly TaskStatistics[]): void {
  const names = new Set(statistics.map(({ task }) => task))
  const label = labelValues(names)
  const groups = byLabel(statistics, ({ task }) => label(task))
  const sums = [...groups].map(([task, group]) => ({ task, ...summedUp(group) }))

  out.metric('offstage_jobs_completed_total', 'counter', 'Jobs that completed, removed ones included.')
  if (names.size > maxNames) out.comment(`${names.size - maxNames} tasks are summed up as "${otherName}".`)
  for (const { task, completed } of sums) out.sample('offstage_jobs_completed_total', { task }, completed)
  out.metric('offstage_jobs_failed_total', 'counter', 'Jobs that failed for good, by reason.')
  for (const { task, failedBy } of sums) {
    for (const reason of failureReasons) out.sample('offstage_jobs_failed_total', { task, reason }, failedBy(reason))
  }
  out.metric('offstage_jobs_retried_total', 'counter', 'Attempts that failed and were tried again.')
  for (const { task, retried } of sums) out.sample('offstage_jobs_retried_total', { task }, retried)

  const name = 'offstage_job_duration_seconds'
  out.metric(name, 'histogram', 'Duration of the last attempt of jobs that ended.')
  for (const { task, durations, durationMs } of sums) {
    for (const bound of histogramBounds) {
      out.sample(`${name}_bucket`, { task, le: String(bound) }, Math.floor(countUpTo(durations, bound * 1_000)))
    }
    out.sample(`${name}_bucket`, { task, le: '+Inf' }, countOf(durations))
    out.sample(`${name}_sum`, { task }, durationMs / 1_000)
    out.sample(`${name}_count`, { task }, countOf(durations))
  }
}

function summedUp(group: readonly TaskStatistics[]) {
  const sum = (count: (one: TaskStatistics) => number) => group.reduce((total, one) => total + count(one), 0)
  return {
    completed: sum(({ completed }) => completed),
    failedBy: (reason: (typeof failureReasons)[number]) => sum(({ failedBy }) => failedBy[reason]),
    retried: sum(({ retried }) => retried),
    durationMs: sum(({ durationMs }) => durationMs),
    durations: mergedDurations(group.map(({ durations }) => durations)),
  }
}
