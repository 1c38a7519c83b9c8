import { formatDuration } from '../../domain/duration.js'
import { type EpochMs, jobStates } from '../../domain/job.js'
import type { QueueInfo } from '../../stores/store.js'
import { table } from './table.js'

export function queueToJson({ name, paused, counts, oldestQueuedAt }: QueueInfo, now: EpochMs) {
  return {
    name,
    paused,
    ...counts,
    latencyMs: oldestQueuedAt === null ? null : Math.max(0, now - oldestQueuedAt),
  }
}

export type QueueJson = ReturnType<typeof queueToJson>

export function queuesTable(queues: readonly QueueJson[]): Promise<string> {
  return table(
    ['QUEUE', ...jobStates.map((state) => state.toUpperCase()), 'LATENCY', 'PAUSED'],
    queues.map((queue) => [
      queue.name,
      ...jobStates.map((state) => String(queue[state])),
      queue.latencyMs === null ? '' : formatDuration(queue.latencyMs),
      queue.paused ? 'paused' : '',
    ]),
  )
}
