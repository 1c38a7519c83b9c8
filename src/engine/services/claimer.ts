import type { JobStore } from '../../stores/store.js'
import type { EngineEmitter } from '../events.js'
import type { Runner } from '../runner.js'
import { loopService, type Service } from './service.js'

const maxWaitMs = 1_000

/** Claims when there may be something to claim: work that is already going on claims for itself. */
export function claimer(store: JobStore, runner: Runner, events: EngineEmitter): Service {
  return loopService('claimer', events, async (signal) => {
    const since = store.news()
    const taken = await runner.claim()
    if (taken === 0) await store.waitForWork({ since, timeoutMs: maxWaitMs, signal })
    return 0
  })
}
