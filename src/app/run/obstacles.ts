import type { JobId } from '../../domain/job.js'
import { isFinal } from '../../domain/transitions.js'
import type { Store } from '../../stores/store.js'

/** What may keep a job of a queue waiting. */
export interface Obstacles {
  readonly noWorker: boolean
  /** The queue of the job, if it is paused. */
  readonly pausedQueue: string | null
}

/** What may keep a job waiting. */
export async function obstaclesOf(store: Store, id: JobId): Promise<Obstacles> {
  const job = await store.job(id)
  if (job === null || isFinal(job.state)) return { noWorker: false, pausedQueue: null }
  const noWorker = (await store.workers()).length === 0
  const isPaused = (await store.pausedQueues()).some(({ name }) => name === job.queue)
  return { noWorker, pausedQueue: isPaused ? job.queue : null }
}
