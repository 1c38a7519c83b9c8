import type { Clock } from '../../domain/clock.js'
import type { JobReader, JobStore, NewWorker, WorkerStore } from '../../stores/store.js'
import type { EngineEmitter } from '../events.js'
import { endGroup, hasEnded } from '../host.js'
import { loopService, type Service } from './service.js'

const maxPauseMs = 500
// A busy store changes all the time.
const minPauseMs = 50
// A batch holds up the commits of others; between two of them those have their turn.
const batch = 1_000
const betweenMs = 20

/** Moves what time has moved: due jobs, expired jobs, and the jobs of workers that have died. */
export function sweeper(
  store: Pick<JobStore & WorkerStore & JobReader, 'changes' | 'sweep' | 'workers'>,
  clock: Clock,
  here: Pick<NewWorker, 'bootId' | 'pidNamespace'>,
  events: EngineEmitter,
): Service {
  const changes = store.changes()
  return loopService('sweeper', clock, events, async (signal) => {
    const ended = (await store.workers()).filter((worker) => hasEnded(worker, here))
    // First the task processes that a dead worker left, then their jobs: none may run twice at once.
    for (const worker of ended) for (const process of worker.processes) endGroup(process)
    const swept = await store.sweep({ limit: batch, dead: ended.map((worker) => worker.id) })
    if (swept.promoted === batch || swept.reclaimed === batch || swept.buried === batch) return betweenMs
    const untilDueMs = swept.nextDueAt === null ? maxPauseMs : swept.nextDueAt - clock.now()
    if (untilDueMs <= minPauseMs) return Math.max(1, untilDueMs)
    await clock.sleep(minPauseMs, signal)
    // A job that is stored meanwhile may be due sooner.
    await changes.next(Math.min(maxPauseMs, untilDueMs) - minPauseMs, signal)
    return 0
  })
}
