import type { EpochMs } from '../../domain/job.js'
import type { TaskStatistics } from '../../domain/statistics.js'
import type { QueueSample } from '../../stores/store.js'

const minutes = 30
const minuteMs = 60_000
const rateMs = 5 * minuteMs

/** How many jobs of a queue were queued in each of the last 30 minutes: a minute without a sample is as before. */
export function depthsOf(samples: readonly QueueSample[], queuedNow: number, now: EpochMs): readonly number[] {
  const depths: number[] = []
  let next = 0
  let queued = samples[0]?.queued ?? queuedNow
  for (let minute = minutes - 1; minute > 0; minute--) {
    const end = now - minute * minuteMs
    for (let sample = samples[next]; sample !== undefined && sample.at <= end; sample = samples[++next]) {
      queued = sample.queued
    }
    depths.push(queued)
  }
  return [...depths, queuedNow]
}

/** How many jobs came in a minute, within the last five; null if there is no sample to tell. */
export function inPerMinute(samples: readonly QueueSample[], now: EpochMs): number | null {
  const last = samples.at(-1)
  if (last === undefined) return null
  const before = samples.findLast(({ at }) => at <= now - rateMs) ?? samples[0]
  if (before === undefined || before.at === last.at) return last.at > now - rateMs ? null : 0
  return ((last.enqueued - before.enqueued) * minuteMs) / Math.max(minuteMs, Math.min(rateMs, now - before.at))
}

/** How many jobs of a queue ended in a minute, within the last five. */
export function outPerMinute(sums: readonly TaskStatistics[], queue: string): number {
  const own = sums.filter((sum) => sum.queue === queue)
  return own.reduce((sum, { completed, failed }) => sum + completed + failed, 0) / (rateMs / minuteMs)
}

export const samplesMs = minutes * minuteMs
export const outMs = rateMs - minuteMs
