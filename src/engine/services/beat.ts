import type { Clock } from '../../domain/clock.js'
import { beatMs, type ProcessIdentity, type WorkerStore } from '../../stores/store.js'
import type { EngineEmitter } from '../events.js'
import { vitalsOf } from '../host.js'
import { loopService, type Service } from './service.js'

/** Renews the lease of a worker. Calls `evicted` if the lease has expired. */
export function beat(
  store: WorkerStore,
  worker: () => string,
  processes: () => readonly ProcessIdentity[],
  evicted: () => Promise<void>,
  clock: Clock,
  events: EngineEmitter,
): Service {
  return loopService('beat', clock, events, async () => {
    const isRenewed = await store.beat(worker(), vitalsOf(processes()))
    if (!isRenewed) await evicted()
    return beatMs
  })
}
