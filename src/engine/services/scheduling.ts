import type { Clock } from '../../domain/clock.js'
import type { JobStore } from '../../stores/store.js'
import type { EngineEmitter } from '../events.js'
import type { Scheduler } from './scheduler.js'
import { loopService, type Service } from './service.js'

// A busy store changes all the time.
const minPauseMs = 50
// After a change the claim comes first: somebody waits for that job.
const minDelayMs = 10

/**
 * Runs a scheduler when a slot is due and after each change of the store: schedules may have changed, jobs ended.
 */
export function scheduling(
  store: Pick<JobStore, 'changes'>,
  scheduler: Pick<Scheduler, 'runOnce' | 'leave'>,
  clock: Clock,
  events: EngineEmitter,
): Service {
  const changes = store.changes()
  const loop = loopService('scheduler', clock, events, async (signal) => {
    const waitMs = await scheduler.runOnce()
    if (waitMs <= minPauseMs) return waitMs
    const ranAt = clock.monotonicMs()
    await changes.next(waitMs, signal)
    const waitedMs = clock.monotonicMs() - ranAt
    return Math.ceil(Math.max(0, minPauseMs - waitedMs, Math.min(minDelayMs, waitMs - waitedMs)))
  })
  return {
    ...loop,
    stop: async () => {
      await loop.stop()
      // Only the history's explanation of the next gap depends on it.
      await scheduler.leave().catch(() => {})
    },
  }
}
