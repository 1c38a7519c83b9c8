import { type EpochMs, failureReasons, type Job } from '../../domain/job.js'
import { countOf } from '../../domain/percentiles.js'
import {
  type Counted,
  durationBucket,
  type MinuteStatistics,
  minuteOf,
  type TaskStatistics,
} from '../../domain/statistics.js'
import { statisticsName } from '../../domain/statistics-name.js'

interface End extends Counted {
  readonly task: string
  readonly queue: string
  readonly at: EpochMs
}

/** Every end that counts, kept as it is: the model of what other stores keep as sums. */
export class Ends {
  readonly #ends: End[] = []
  #forgotten = 0

  add(job: Pick<Job, 'task' | 'queue' | 'schedule' | 'key'>, at: EpochMs, counted: Counted): void {
    const task = statisticsName({ task: job.task, schedule: job.schedule?.name ?? null, key: job.key })
    this.#ends.push({ task, queue: job.queue, at, ...counted })
  }

  /** Leaves what counts for all time. */
  forgetMinutesBefore(at: EpochMs): void {
    this.#forgotten = Math.max(this.#forgotten, minuteOf(at))
  }

  sums(since: EpochMs | null): readonly TaskStatistics[] {
    const counted = this.#since(since)
    const names = [...new Set(counted.map(({ queue, task }) => JSON.stringify([queue, task])))].sort()
    return names.map((name) => {
      const [queue, task] = JSON.parse(name) as [string, string]
      return sumOf(
        task,
        queue,
        counted.filter((end) => end.queue === queue && end.task === task),
      )
    })
  }

  byMinute(since: EpochMs): readonly MinuteStatistics[] {
    const counted = this.#since(since)
    const names = [...new Set(counted.map(({ at, task }) => JSON.stringify([minuteOf(at), task])))]
    const pairs = names.map((name) => JSON.parse(name) as [number, string])
    pairs.sort(([minute, task], [otherMinute, otherTask]) => minute - otherMinute || (task < otherTask ? -1 : 1))
    return pairs.map(([minute, task]) => {
      const ends = counted.filter((end) => minuteOf(end.at) === minute && end.task === task)
      const { completed, failed, retried, durationMs, durations } = sumOf(task, '', ends)
      return { minute, task, completed, failed, retried, durationMs, ran: countOf(durations) }
    })
  }

  #since(since: EpochMs | null): readonly End[] {
    return this.#ends.filter(({ at }) => since === null || minuteOf(at) >= Math.max(minuteOf(since), this.#forgotten))
  }
}

function sumOf(task: string, queue: string, ends: readonly End[]): TaskStatistics {
  const number = (count: Counted['count']) => ends.filter((end) => end.count === count).length
  const durations = ends.flatMap(({ durationMs }) => durationMs ?? [])
  const buckets = [...new Set(durations.map(durationBucket))].sort((a, b) => a - b)
  const failedBy = {
    error: number('error'),
    timeout: number('timeout'),
    lost: number('lost'),
    expired: number('expired'),
  }
  return {
    task,
    queue,
    completed: number('completed'),
    failed: failureReasons.reduce((sum, reason) => sum + failedBy[reason], 0),
    failedBy,
    retried: number('retried'),
    durationMs: durations.reduce((sum, durationMs) => sum + durationMs, 0),
    durations: buckets.map((bucket) => ({
      bucket,
      count: durations.filter((durationMs) => durationBucket(durationMs) === bucket).length,
    })),
  }
}
