import { type EpochMs, jobStates } from '../../domain/job.js'
import type { QueueInfo } from '../../stores/store.js'
import type { Exposition } from './exposition.js'
import { byLabel, labelValues, maxNames, otherName } from './names.js'

export function addQueues(out: Exposition, queues: readonly QueueInfo[], now: EpochMs): void {
  const label = labelValues(queues.map(({ name }) => name))
  const groups = byLabel(queues, ({ name }) => label(name))
  out.metric('offstage_jobs', 'gauge', 'Jobs that are kept, by queue and state.')
  if (queues.length > maxNames) out.comment(`${queues.length - maxNames} queues are summed up as "${otherName}".`)
  for (const [queue, group] of groups) {
    for (const state of jobStates) {
      const count = group.reduce((sum, { counts }) => sum + counts[state], 0)
      out.sample('offstage_jobs', { queue, state }, count)
    }
  }
  out.metric('offstage_queue_latency_seconds', 'gauge', 'Age of the oldest queued job; 0 if none is queued.')
  for (const [queue, group] of groups) {
    const waits = group.map(({ oldestQueuedAt }) => (oldestQueuedAt === null ? 0 : Math.max(0, now - oldestQueuedAt)))
    out.sample('offstage_queue_latency_seconds', { queue }, Math.max(...waits) / 1_000)
  }
  out.metric('offstage_queue_paused', 'gauge', '1 if the queue is paused, 0 if not.')
  for (const { name, paused } of queues.filter((queue) => label(queue.name) === queue.name)) {
    out.sample('offstage_queue_paused', { queue: name }, Number(paused))
  }
}
