import type { Clock } from '../../domain/clock.js'
import type { JobStore } from '../../stores/store.js'
import type { EngineEmitter } from '../events.js'
import type { Runner } from '../runner.js'
import { loopService, type Service } from './service.js'

const maxWaitMs = 1_000
// A busy store changes all the time.
const minPauseMs = 20

/** Cancels running jobs of this worker on request. Reads the requests after each change of the store. */
export function canceller(
  store: Pick<JobStore, 'cancelRequests' | 'changes'>,
  worker: () => string,
  runner: Pick<Runner, 'busy' | 'cancel'>,
  clock: Clock,
  events: EngineEmitter,
): Service {
  const changes = store.changes()
  return loopService('canceller', clock, events, async (signal) => {
    await changes.next(maxWaitMs, signal)
    if (!runner.busy) return 0
    for (const id of await store.cancelRequests(worker())) runner.cancel(id)
    return minPauseMs
  })
}
