import type { Clock } from '../../domain/clock.js'
import type { EpochMs } from '../../domain/job.js'
import type { Retention } from '../../domain/retention.js'
import type { ScheduleStore } from '../../stores/schedule-store.js'
import type { JobAdmin, JobReader } from '../../stores/store.js'
import type { EngineEmitter } from '../events.js'
import { loopService, type Service } from './service.js'

const pauseMs = 10_000
// A batch holds up the commits of jobs; between two of them those have their turn.
const batch = 1_000
const betweenMs = 20

/** Removes jobs, statistics and slots that have been kept long enough, and lets the store look after itself. */
export function pruner(
  store: Pick<JobAdmin, 'prune' | 'maintain'> & Pick<JobReader, 'endOfNewest'> & Pick<ScheduleStore, 'endOfNewestSlot'>,
  clock: Clock,
  retention: Retention,
  events: EngineEmitter,
): Service {
  const later = (tooMany: EpochMs | null, keepMs: number | null) => {
    const tooOld = keepMs === null ? null : clock.now() - keepMs
    return Math.max(tooMany ?? Number.NEGATIVE_INFINITY, tooOld ?? Number.NEGATIVE_INFINITY)
  }
  const before = async (state: 'completed' | 'cancelled' | 'failed', keepMs: number | null) =>
    later(await store.endOfNewest(state, retention.most), keepMs)
  return loopService('pruner', events, async (signal) => {
    await store.maintain()
    const { completedMs, failedMs, statisticsMs, slotsMs } = retention
    const request = {
      endedBefore: {
        completed: await before('completed', completedMs),
        cancelled: await before('cancelled', completedMs),
        failed: await before('failed', failedMs),
      },
      statisticsBefore: statisticsMs === null ? null : clock.now() - statisticsMs,
      slotsBefore: later(await store.endOfNewestSlot(retention.most), slotsMs),
      limit: batch,
    }
    while (!signal.aborted && (await store.prune(request)) === batch) {
      await new Promise((resolve) => setTimeout(resolve, betweenMs))
    }
    return pauseMs
  })
}
