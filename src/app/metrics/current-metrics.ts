import type { EpochMs } from '../../domain/job.js'
import { type Metrics, metricsOf } from '../../domain/metrics.js'
import type { JobReader } from '../../stores/store.js'
import { type MetricsJson, metricsToJson } from '../../views/metrics.js'

/** What ended since a time, rounded down to the minute; null: of all time, pruned jobs included. */
export async function readMetrics(store: JobReader, since: EpochMs | null): Promise<Metrics> {
  return metricsOf(await store.statistics(since))
}

/** The same of the last `sinceMs`, as programs read it. */
export async function currentMetrics(store: JobReader, sinceMs: number | null, now: EpochMs): Promise<MetricsJson> {
  return metricsToJson(await readMetrics(store, sinceMs === null ? null : now - sinceMs), sinceMs)
}
