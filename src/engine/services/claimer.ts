import type { Clock } from '../../domain/clock.js'
import type { JobStore } from '../../stores/store.js'
import type { EngineEmitter } from '../events.js'
import type { Runner } from '../runner.js'
import { loopService, type Service } from './service.js'

const maxWaitMs = 1_000

/** Claims after each change of the store. A runner that may find more claims again by itself. */
export function claimer(
  store: Pick<JobStore, 'changes'>,
  runner: Pick<Runner, 'claim'>,
  clock: Clock,
  events: EngineEmitter,
): Service {
  const changes = store.changes()
  return loopService('claimer', clock, events, async (signal) => {
    await runner.claim()
    await changes.next(maxWaitMs, signal)
    return 0
  })
}
