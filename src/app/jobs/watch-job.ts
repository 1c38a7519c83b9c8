import type { Job, JobId, Progress } from '../../domain/job.js'
import { isFinal } from '../../domain/transitions.js'
import type { Store } from '../../stores/store.js'
import { noJob } from './find-job.js'

/** A job at one moment. */
export interface JobMoment {
  readonly job: Job
  readonly progress: Progress | null
}

/**
 * Gives a job and its progress now, and again after each change, until it is final or the signal fires. Throws
 * NotFoundError.
 */
export async function* watchJob(store: Store, id: JobId, signal: AbortSignal): AsyncGenerator<JobMoment> {
  const changes = store.changes()
  for (;;) {
    const job = await store.job(id)
    if (job === null) throw noJob(id)
    yield { job, progress: (await store.progress([id])).get(id) ?? null }
    if (isFinal(job.state) || signal.aborted) return
    await changes.next(1_000, signal)
  }
}
