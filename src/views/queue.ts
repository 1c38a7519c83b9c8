import type { EpochMs } from '../domain/job.js'
import type { QueueInfo } from '../stores/store.js'

/** A queue as programs read it: its jobs by state, and how long the first that is queued has waited. */
export function queueToJson({ name, paused, counts, oldestQueuedAt }: QueueInfo, now: EpochMs) {
  return {
    name,
    paused,
    ...counts,
    latencyMs: oldestQueuedAt === null ? null : Math.max(0, now - oldestQueuedAt),
  }
}

export type QueueJson = ReturnType<typeof queueToJson>
