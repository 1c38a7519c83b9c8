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
  let waitMs = 0
  return loopService('claimer', clock, events, async (signal) => {
    await changes.next(waitMs, signal)
    waitMs = maxWaitMs
    // Last: between two runs of a service other events have their turn, and a claim must not wait for them.
    await runner.claim()
    return 0
  })
}
