import type { EpochMs } from '../../domain/job.js'
import type { QueueSample } from '../store.js'
import type { Statements } from './statements.js'
import type { Writing } from './writing.js'

interface SampleRow {
  readonly queue: number
  readonly queued: number
  readonly enqueued: number
}

/**
 * The queues that have changed since their last sample, if that is of an earlier minute, or of a clock that was set
 * back since.
 */
function changedQueues(statements: Statements, now: EpochMs): readonly SampleRow[] {
  const minuteStart = now - (now % 60_000)
  return statements.changedQueues.all({ minuteStart, now }) as SampleRow[]
}

export function sampleIsDue({ statements, clock }: Writing): boolean {
  return changedQueues(statements, clock.now()).length > 0
}

export function takeSamples({ statements, clock }: Writing): void {
  const now = clock.now()
  for (const { queue, queued, enqueued } of changedQueues(statements, now)) {
    statements.addSample.run(now, queue, queued, enqueued)
  }
}

export function queueSamples(statements: Statements, since: EpochMs): readonly QueueSample[] {
  return statements.queueSamples.all(since) as QueueSample[]
}
