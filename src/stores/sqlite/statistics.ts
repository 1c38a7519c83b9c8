import type { EpochMs } from '../../domain/job.js'
import { minuteOf, type TaskStatistics } from '../../domain/statistics.js'
import type { Counting } from '../counting.js'
import type { Statements } from './statements.js'
import type { Writing } from './writing.js'

/** Stands for all time where others stand for a minute: a clock that was never set begins at minute 0. */
const allTime = -1

/** Adds what was counted, in the transaction that stores the ends themselves. */
export function addStatistics({ statements, names }: Writing, counting: Counting): void {
  for (const { minute, task, queue, completed, failed, retried, durationMs, buckets } of counting.all) {
    const of = [names.task(task), names.queue(queue)]
    for (const time of [minute, allTime]) {
      statements.addStatistics.run(time, ...of, completed, failed, retried, durationMs)
      for (const [bucket, count] of buckets) statements.addDurations.run(time, ...of, bucket, count)
    }
  }
}

/** The sums since a time, to the minute; null: of all time. */
export function readStatistics(statements: Statements, since: EpochMs | null): readonly TaskStatistics[] {
  const range = since === null ? [allTime, allTime] : [Math.max(0, minuteOf(since)), Number.MAX_SAFE_INTEGER]
  const durations = statements.durations.all(...range) as DurationRow[]
  return (statements.statistics.all(...range) as Omit<TaskStatistics, 'durations'>[]).map((sums) => ({
    ...sums,
    durations: durations
      .filter(({ task, queue }) => task === sums.task && queue === sums.queue)
      .map(({ bucket, count }) => ({ bucket, count })),
  }))
}

interface DurationRow {
  readonly task: string
  readonly queue: string
  readonly bucket: number
  readonly count: number
}
