import { NotFoundError } from '../../domain/errors.js'
import { type JobState, jobStates } from '../../domain/job.js'
import { nearestName } from '../../domain/names.js'
import { systemClock } from '../../engine/clock.js'
import type { JobReader, QueueInfo, Store } from '../../stores/store.js'
import { type QueueJson, queueToJson } from '../../views/queue.js'
import { seenWorkers } from '../../views/worker.js'

/** All queues as they are now. */
export async function listQueues(store: Store): Promise<readonly QueueJson[]> {
  const [queues, workers] = await Promise.all([store.queues(), store.workers()])
  const now = systemClock.now()
  const seen = seenWorkers(workers, now)
  return queues.map((queue) => queueToJson(queue, seen, now))
}

/** These queues as they are now. One that has no jobs is no queue any more once it is resumed. */
export async function queuesNamed(store: Store, names: readonly string[]): Promise<readonly QueueJson[]> {
  const [infos, workers] = await Promise.all([store.queues(), store.workers()])
  const now = systemClock.now()
  const seen = seenWorkers(workers, now)
  return names.map((name) => queueToJson(infos.find((info) => info.name === name) ?? withoutJobs(name), seen, now))
}

/** The known queue whose name is nearest; null if none is near. */
export function nearestQueue(name: string, known: readonly QueueInfo[]): string | null {
  return nearestName(
    name,
    known.map((queue) => queue.name),
  )
}

function withoutJobs(name: string): QueueInfo {
  const counts = Object.fromEntries(jobStates.map((state) => [state, 0])) as Record<JobState, number>
  return { name, paused: false, counts, oldestQueuedAt: null }
}

/** A queue by its name. Throws NotFoundError. */
export async function findQueue(store: Pick<JobReader, 'queues'>, name: string): Promise<QueueInfo> {
  const known = await store.queues()
  const found = known.find((queue) => queue.name === name)
  if (found === undefined) throw noQueue(name, known)
  return found
}

export function noQueue(name: string, known: readonly QueueInfo[]): NotFoundError {
  const nearest = nearestQueue(name, known)
  const hint = nearest === null ? 'see "offstage queues list" for those there are' : `did you mean "${nearest}"?`
  return new NotFoundError('E_NO_QUEUE', `no queue ${name}: it has no jobs and is not paused`, hint)
}
