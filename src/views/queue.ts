import type { EpochMs } from '../domain/job.js'
import type { QueueInfo } from '../stores/store.js'
import { type SeenWorker, serversOf } from './worker.js'

/**
 * A queue as programs read it: its jobs by state, how long the first that is queued has waited, and which living workers
 * serve it.
 */
export function queueToJson(
  { name, paused, counts, oldestQueuedAt }: QueueInfo,
  workers: readonly SeenWorker[],
  now: EpochMs,
) {
  return {
    name,
    paused,
    ...counts,
    latencyMs: oldestQueuedAt === null ? null : Math.max(0, now - oldestQueuedAt),
    workers: serversOf(name, workers),
  }
}

export type QueueJson = ReturnType<typeof queueToJson>
