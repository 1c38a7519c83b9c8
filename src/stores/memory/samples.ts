import type { EpochMs } from '../../domain/job.js'
import type { QueueSample } from '../store.js'
import { queueInfos } from './reader.js'
import type { Tables } from './tables.js'

/** Samples each queue that has changed, unless it has a sample of this minute. */
export function takeSamples(tables: Tables): void {
  const at = tables.clock.now()
  const infos = new Map(queueInfos(tables).map(({ name, counts }) => [name, counts]))
  for (const queue of [...new Set([...infos.keys(), ...tables.removed.keys()])].sort()) {
    const counts = infos.get(queue)
    const there = Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0)
    const sample = { queue, at, queued: counts?.queued ?? 0, enqueued: there + (tables.removed.get(queue) ?? 0) }
    const last = tables.samples.findLast((earlier) => earlier.queue === queue)
    if (last === undefined ? sample.enqueued > 0 : isDue(last, sample)) tables.samples.push(sample)
  }
}

function isDue(last: QueueSample, sample: QueueSample): boolean {
  const hasChanged = last.queued !== sample.queued || last.enqueued !== sample.enqueued
  return hasChanged && (last.at < sample.at - (sample.at % 60_000) || last.at > sample.at)
}

export function queueSamples({ samples }: Tables, since: EpochMs): readonly QueueSample[] {
  return samples.filter(({ at }) => at >= since).sort((a, b) => a.at - b.at || (a.queue < b.queue ? -1 : 1))
}
