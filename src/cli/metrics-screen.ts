import { type Context, withReader } from '../app/context.js'
import { readMetrics } from '../app/metrics/current-metrics.js'
import type { Metrics } from '../domain/metrics.js'
import { systemClock } from '../engine/clock.js'
import type { Store } from '../stores/store.js'
import { lookOfStdout } from './look.js'
import { metricsText } from './metrics-text.js'

const hourMs = 3_600_000

export interface MetricsScreen {
  readonly metrics: Metrics
  /** The table; on a terminal it has the last hour, too. */
  readonly text: string
}

/** What has ended within `sinceMs` (null: ever), as numbers and as people read it. */
export async function metricsScreen(store: Store, sinceMs: number | null): Promise<MetricsScreen> {
  const now = systemClock.now()
  const metrics = await readMetrics(store, sinceMs === null ? null : now - sinceMs)
  const minutes = lookOfStdout().width === null ? null : await store.statisticsByMinute(now - hourMs)
  return { metrics, text: await metricsText(metrics, sinceMs, minutes === null ? null : { minutes, now }) }
}

/** The table of a store that may not be there yet, or vanish and come back. */
export function metricsTextOf(context: Context, sinceMs: number | null): Promise<string> {
  return withReader(context, async (store) => (await metricsScreen(store, sinceMs)).text)
}
