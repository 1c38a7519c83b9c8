import type { JobStore } from '../../stores/store.js'
import type { EngineEmitter } from '../events.js'
import type { Runner } from '../runner.js'
import { loopService, pause, type Service } from './service.js'

const maxWaitMs = 1_000
// A busy store has news all the time.
const shortestPauseMs = 20

/** Passes on what others want cancelled of this worker's running jobs: looked at whenever something was stored. */
export function canceller(store: JobStore, worker: () => string, runner: Runner, events: EngineEmitter): Service {
  return loopService('canceller', events, async (signal) => {
    const since = store.news()
    if (runner.busy) for (const id of await store.cancelRequests(worker())) runner.cancel(id)
    await pause(shortestPauseMs, signal)
    await store.waitForWork({ since, timeoutMs: maxWaitMs, signal })
    return 0
  })
}
