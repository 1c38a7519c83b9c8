import type { Clock } from '../../domain/clock.js'
import { defaultHealthLimits } from '../../domain/health.js'
import { metricsOf } from '../../domain/metrics.js'
import type { StoreLocation } from '../../open.js'
import type { Store } from '../../stores/store.js'
import { prometheusText } from '../../views/prometheus/prometheus.js'
import { seenWorkers } from '../../views/worker.js'
import { judge, scheduleHealths } from '../health/judge.js'
import { buildInfo } from './build-info.js'
import { storeBytes } from './store-bytes.js'

/**
 * The whole store in the text format of Prometheus. The event loop has a turn between two reads: in a worker, jobs must not
 * wait for a scrape.
 */
export async function prometheusMetrics(
  store: Store,
  location: StoreLocation,
  version: string,
  clock: Clock,
): Promise<string> {
  const now = clock.now()
  const turn = () => clock.sleep(0)
  const statistics = await store.statistics(null)
  await turn()
  const queues = await store.queues()
  await turn()
  const workers = seenWorkers(await store.workers(), now)
  await turn()
  const schedules = await store.schedules()
  await turn()
  const recent = metricsOf(await store.statistics(now - defaultHealthLimits.windowMs)).all
  await turn()
  const behind = await scheduleHealths(schedules, now)
  const { status } = await judge(store, { recent, queues, workers, behind }, defaultHealthLimits, [], now)
  await turn()
  const facts = {
    statistics,
    queues,
    workers,
    schedules: schedules.map((schedule, index) => ({
      ...schedule,
      nextAt: behind[index]?.nextAt ?? null,
      isFaulty: (behind[index]?.fault ?? null) !== null,
    })),
    health: status,
    storeBytes: storeBytes(location),
    build: await buildInfo(version, location),
  }
  return prometheusText(facts, now)
}
