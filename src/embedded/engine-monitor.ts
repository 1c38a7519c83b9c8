import { countOf } from '../domain/percentiles.js'
import { readableMinutes, TaskReader, type TaskReadings } from '../domain/task-readings.js'
import type { EngineParts } from './engine-parts.js'

/** Reads what became of the jobs of a store, as it is now. */
export async function readMonitor({ store, clock }: Pick<EngineParts, 'store' | 'clock'>): Promise<TaskReadings> {
  const now = clock.now()
  const [statistics, minutes] = await Promise.all([
    store.statistics(null),
    store.statisticsByMinute(now - readableMinutes * 60_000),
  ])
  const total = statistics.map(({ task, completed, failed, durationMs, durations }) => {
    return { task, completed, failed, durationMs, ran: countOf(durations) }
  })
  return new TaskReader({
    now: () => now,
    total: () => total,
    since: (first) => minutes.filter(({ minute }) => minute >= first),
  })
}
