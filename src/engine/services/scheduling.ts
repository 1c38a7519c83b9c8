import type { JobStore } from '../../stores/store.js'
import type { EngineEmitter } from '../events.js'
import type { Scheduler } from '../scheduler.js'
import { loopService, pause, type Service } from './service.js'

// A busy store has news all the time.
const shortestPauseMs = 50

/** Has a scheduler look whenever a slot is due, and when something was stored: schedules may have changed, jobs ended. */
export function scheduling(
  store: Pick<JobStore, 'news' | 'waitForWork'>,
  scheduler: Scheduler,
  events: EngineEmitter,
): Service {
  const loop = loopService('scheduler', events, async (signal) => {
    const since = store.news()
    const waitMs = await scheduler.turn()
    if (waitMs <= shortestPauseMs) return waitMs
    await pause(shortestPauseMs, signal)
    await store.waitForWork({ since, timeoutMs: waitMs - shortestPauseMs, signal })
    return 0
  })
  return {
    ...loop,
    stop: async () => {
      await loop.stop()
      // Nothing depends on it but what the history says of the time until the next one.
      await scheduler.leave().catch(() => {})
    },
  }
}
