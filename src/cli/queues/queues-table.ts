import { formatDuration } from '../../domain/duration.js'
import { jobStates } from '../../domain/job.js'
import type { QueueJson } from '../../views/queue.js'
import { table } from '../table.js'

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
