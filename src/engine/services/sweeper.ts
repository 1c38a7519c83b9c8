import type { Clock } from '../../domain/clock.js'
import type { JobReader, JobStore, NewWorker, WorkerStore } from '../../stores/store.js'
import type { EngineEmitter } from '../events.js'
import { endGroup, hasEnded } from '../host.js'
import { loopService, type Service } from './service.js'

const longestPauseMs = 500
const batch = 1_000

/** Moves what time has moved: due jobs, expired jobs, and the jobs of workers that have died. */
export function sweeper(
  store: JobStore & WorkerStore & JobReader,
  clock: Clock,
  here: Pick<NewWorker, 'bootId' | 'pidNamespace'>,
  events: EngineEmitter,
): Service {
  return loopService('sweeper', events, async () => {
    const ended = (await store.workers()).filter((worker) => hasEnded(worker, here))
    // First the task processes that a dead worker left, then their jobs: none may run twice at once.
    for (const worker of ended) for (const process of worker.processes) endGroup(process)
    const swept = await store.sweep({ limit: batch, dead: ended.map((worker) => worker.id) })
    if (swept.promoted === batch || swept.reclaimed === batch || swept.buried === batch) return 0
    if (swept.nextDueAt === null) return longestPauseMs
    return Math.min(longestPauseMs, Math.max(1, swept.nextDueAt - clock.now()))
  })
}
