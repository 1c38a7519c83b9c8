import type { Clock } from '../../domain/clock.js'
import type { JobReader, JobStore, NewWorker, WorkerInfo, WorkerStore } from '../../stores/store.js'
import type { EngineEmitter } from '../events.js'
import { endGroup, hasEnded, isHere } from '../host.js'
import { loopService, type Service } from './service.js'

const maxPauseMs = 500
// A busy store changes all the time.
const minPauseMs = 50
// After a change the claim comes first: somebody waits for that job.
const minDelayMs = 10
// A batch delays the commits of others; the pause between batches lets them through.
const batch = 1_000
const betweenMs = 20

/** Promotes due jobs, expires jobs, and reclaims the jobs of dead workers. */
export function sweeper(
  store: Pick<JobStore & WorkerStore & JobReader, 'changes' | 'sweep' | 'workers'>,
  clock: Clock,
  here: Pick<NewWorker, 'bootId' | 'pidNamespace'>,
  events: EngineEmitter,
): Service {
  const changes = store.changes()
  let lookedAt = Number.NEGATIVE_INFINITY
  let seen: readonly WorkerInfo[] = []
  // No change of the store tells of a death: looking after each would only cost.
  const untilLookMs = () => Math.ceil(lookedAt + maxPauseMs - clock.monotonicMs())
  const endedWorkers = async () => {
    if (untilLookMs() > 0) return []
    lookedAt = clock.monotonicMs()
    seen = await store.workers()
    return seen.filter((worker) => hasEnded(worker, here))
  }
  return loopService('sweeper', clock, events, async (signal) => {
    const ended = await endedWorkers()
    // Kill the task processes of a dead worker before reclaiming its jobs: no job may run twice at once.
    for (const worker of ended) for (const process of worker.processes) endGroup(process)
    const swept = await store.sweep({ limit: batch, dead: ended.map((worker) => worker.id) })
    for (const lost of swept.lostWorkers) {
      // One that was stopped keeps its processes. Only now is it sure that it has lost its jobs.
      const stopped = seen.find(({ id }) => id === lost.worker)
      if (stopped !== undefined && isHere(stopped, here)) for (const process of stopped.processes) endGroup(process)
      events.emit('worker.lost', lost)
    }
    if (swept.isPartial) {
      lookedAt = Number.NEGATIVE_INFINITY // the dead may hold more
      return betweenMs
    }
    const untilDueMs = swept.nextDueAt === null ? maxPauseMs : swept.nextDueAt - clock.now()
    if (untilDueMs <= minPauseMs) return Math.max(1, untilDueMs)
    const sweptAt = clock.monotonicMs()
    const waitMs = Math.min(untilLookMs(), untilDueMs)
    // A job that is stored meanwhile may be due sooner.
    await changes.next(waitMs, signal)
    const waitedMs = clock.monotonicMs() - sweptAt
    return Math.ceil(Math.max(0, minPauseMs - waitedMs, Math.min(minDelayMs, waitMs - waitedMs)))
  })
}
