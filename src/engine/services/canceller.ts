import type { JobStore } from '../../stores/store.js'
import type { EngineEmitter } from '../events.js'
import type { Runner } from '../runner.js'
import { loopService, type Service } from './service.js'

const pauseMs = 250

/** Passes on what others want cancelled of this worker's running jobs. */
export function canceller(store: JobStore, worker: () => string, runner: Runner, events: EngineEmitter): Service {
  return loopService('canceller', events, async () => {
    if (runner.busy) for (const id of await store.cancelRequests(worker())) runner.cancel(id)
    return pauseMs
  })
}
