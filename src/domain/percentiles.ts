import { bucketEndMs, type TaskStatistics } from './statistics.js'

type Durations = TaskStatistics['durations']

/**
 * The duration that `fraction` of all durations do not exceed, to about 10 %: the middle of its bucket. null: there are
 * none. `durations` has the shortest bucket first.
 */
export function percentileMs(durations: Durations, fraction: number): number | null {
  const total = countOf(durations)
  // The nearest rank. Half of two is the first of them.
  const rank = Math.max(1, Math.ceil(total * fraction))
  let counted = 0
  for (const { bucket, count } of durations) {
    counted += count
    if (counted >= rank) return middleMs(bucket)
  }
  return null
}

/** How many durations there are. */
export function countOf(durations: Durations): number {
  return durations.reduce((sum, { count }) => sum + count, 0)
}

/** The buckets of several lists as one, the shortest first. */
export function mergedDurations(lists: readonly Durations[]): Durations {
  const counts = new Map<number, number>()
  for (const { bucket, count } of lists.flat()) counts.set(bucket, (counts.get(bucket) ?? 0) + count)
  return [...counts].map(([bucket, count]) => ({ bucket, count })).sort((a, b) => a.bucket - b.bucket)
}

/** How many durations are at most `limitMs`; of the bucket that the limit cuts, those that an even spread puts below. */
export function countUpTo(durations: Durations, limitMs: number): number {
  return durations.reduce((sum, { bucket, count }) => sum + count * shareBelow(bucket, limitMs), 0)
}

function shareBelow(bucket: number, limitMs: number): number {
  const [start, end] = [startMs(bucket), bucketEndMs(bucket)]
  return Math.min(1, Math.max(0, (limitMs - start) / (end - start)))
}

function startMs(bucket: number): number {
  return bucket === 0 ? 0 : bucketEndMs(bucket - 1)
}

function middleMs(bucket: number): number {
  return bucket === 0 ? 0 : Math.round(Math.sqrt(startMs(bucket) * bucketEndMs(bucket)))
}
