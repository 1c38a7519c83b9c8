import type { EpochMs } from '../../domain/job.js'
import {
  type Counted,
  durationBucket,
  type MinuteStatistics,
  minuteOf,
  type TaskStatistics,
} from '../../domain/statistics.js'
import type { Statements } from './statements.js'

/** Stands for all time where others stand for a minute: a clock that was never set begins at minute 0. */
const allTime = -1

/** Additions to the statistics of one minute, task and queue. */
interface MinuteCounts {
  readonly minute: number
  readonly task: number
  readonly queue: number
  readonly ends: Record<Counted['count'], number>
  durationMs: number
  /** How many durations in which bucket. */
  readonly buckets: Map<number, number>
}

/** The ends of one transaction, summed up by minute, task and queue so that they cost a few writes. */
export class Statistics {
  readonly #statements: Statements
  readonly #counts = new Map<string, MinuteCounts>()
  /** Ends of one task come in a row. */
  #last: MinuteCounts | null = null

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** A transaction begins: what was not written is of one that was rolled back. */
  begin(): void {
    this.#counts.clear()
    this.#last = null
  }

  add(task: number, queue: number, at: EpochMs, { count, durationMs }: Counted): void {
    const minute = minuteOf(at)
    const last = this.#last
    const isSame = last !== null && last.minute === minute && last.task === task && last.queue === queue
    const counts = isSame ? last : this.#countsOf(minute, task, queue)
    this.#last = counts
    counts.ends[count]++
    if (durationMs === null) return
    counts.durationMs += durationMs
    const bucket = durationBucket(durationMs)
    counts.buckets.set(bucket, (counts.buckets.get(bucket) ?? 0) + 1)
  }

  write(): void {
    if (this.#counts.size === 0) return
    const { addStatistics, addDurations } = this.#statements
    for (const { minute, task, queue, ends, durationMs, buckets } of this.#counts.values()) {
      const { completed, error, timeout, lost, expired, retried } = ends
      for (const time of [minute, allTime]) {
        addStatistics.run(time, task, queue, completed, error, timeout, lost, expired, retried, durationMs)
        for (const [bucket, count] of buckets) addDurations.run(time, task, queue, bucket, count)
      }
    }
    this.begin()
  }

  #countsOf(minute: number, task: number, queue: number): MinuteCounts {
    const key = `${minute} ${queue} ${task}`
    const known = this.#counts.get(key)
    if (known !== undefined) return known
    const ends = { completed: 0, retried: 0, error: 0, timeout: 0, lost: 0, expired: 0 }
    const counts = { minute, task, queue, ends, durationMs: 0, buckets: new Map() }
    this.#counts.set(key, counts)
    return counts
  }
}

interface SumsRow {
  readonly task: string
  readonly queue: string
  readonly completed: number
  readonly error: number
  readonly timeout: number
  readonly lost: number
  readonly expired: number
  readonly retried: number
  readonly durationMs: number
}

interface DurationRow {
  readonly task: string
  readonly queue: string
  readonly bucket: number
  readonly count: number
}

/** The sums since a time, to the minute and through the last one; null: of all time. */
export function readStatistics(
  statements: Statements,
  since: EpochMs | null,
  lastMinute: number = Number.MAX_SAFE_INTEGER,
): readonly TaskStatistics[] {
  const range = since === null ? [allTime, allTime] : [Math.max(0, minuteOf(since)), lastMinute]
  const durations = durationsByTask(statements.durations.all(...range) as DurationRow[])
  return (statements.statistics.all(...range) as SumsRow[]).map(({ error, timeout, lost, expired, ...sums }) => ({
    ...sums,
    failed: error + timeout + lost + expired,
    failedBy: { error, timeout, lost, expired },
    durations: durations.get(`${sums.queue} ${sums.task}`) ?? [],
  }))
}

export function readMinutes(statements: Statements, since: EpochMs): readonly MinuteStatistics[] {
  return statements.minutes.all(Math.max(0, minuteOf(since))) as MinuteStatistics[]
}

type Duration = TaskStatistics['durations'][number]

function durationsByTask(rows: readonly DurationRow[]): ReadonlyMap<string, readonly Duration[]> {
  const durations = new Map<string, Duration[]>()
  for (const { task, queue, bucket, count } of rows) {
    const key = `${queue} ${task}`
    const known = durations.get(key)
    if (known === undefined) durations.set(key, [{ bucket, count }])
    else known.push({ bucket, count })
  }
  return durations
}
