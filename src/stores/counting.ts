import type { EpochMs } from '../domain/job.js'
import { type Counted, durationBucket, minuteOf } from '../domain/statistics.js'

/** Additions to the statistics of one minute, task and queue. */
export interface MinuteCounts {
  readonly minute: number
  readonly task: string
  readonly queue: string
  completed: number
  failed: number
  retried: number
  durationMs: number
  /** How many durations in which bucket. */
  readonly buckets: Map<number, number>
}

/** Sums up many ends, so that they cost a few writes. */
export class Counting {
  readonly #counts = new Map<string, MinuteCounts>()
  /** Ends of one task come in a row. */
  #last: MinuteCounts | null = null

  add({ task, queue }: { readonly task: string; readonly queue: string }, at: EpochMs, counted: Counted): void {
    const minute = minuteOf(at)
    const last = this.#last
    const isSame = last !== null && last.minute === minute && last.task === task && last.queue === queue
    const counts = isSame ? last : this.#countsOf(minute, task, queue)
    this.#last = counts
    counts[counted.count]++
    if (counted.durationMs === null) return
    counts.durationMs += counted.durationMs
    const bucket = durationBucket(counted.durationMs)
    counts.buckets.set(bucket, (counts.buckets.get(bucket) ?? 0) + 1)
  }

  get all(): Iterable<MinuteCounts> {
    return this.#counts.values()
  }

  #countsOf(minute: number, task: string, queue: string): MinuteCounts {
    const key = `${minute} ${queue} ${task}`
    const known = this.#counts.get(key)
    if (known !== undefined) return known
    const counts = { minute, task, queue, completed: 0, failed: 0, retried: 0, durationMs: 0, buckets: new Map() }
    this.#counts.set(key, counts)
    return counts
  }
}
