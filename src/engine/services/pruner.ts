import type { Clock } from '../../domain/clock.js'
import type { Retention } from '../../domain/retention.js'
import type { JobAdmin } from '../../stores/store.js'
import type { EngineEmitter } from '../events.js'
import { loopService, type Service } from './service.js'

const pauseMs = 10_000
// A batch delays the commits of jobs; the pause between batches lets them through.
const batch = 1_000
const betweenMs = 20

/** Removes jobs, statistics and slots after their retention, and runs the store's maintenance. */
export function pruner(
  store: Pick<JobAdmin, 'prune' | 'maintain'>,
  retention: Retention,
  clock: Clock,
  events: EngineEmitter,
): Service {
  return loopService('pruner', clock, events, async (signal) => {
    await store.maintain()
    while (!signal.aborted && (await store.prune(retention, batch)) === batch) await clock.sleep(betweenMs, signal)
    return pauseMs
  })
}
