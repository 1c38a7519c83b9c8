import type { Job, JobId, Progress } from '../../domain/job.js'
import { isFinal } from '../../domain/transitions.js'
import { systemClock } from '../../engine/clock.js'
import type { Store } from '../../stores/store.js'
import { jobAt } from './expired.js'
import { noJob } from './find-job.js'
import { patiently } from './patiently.js'

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
    const moment = await patiently(signal, () => momentOf(store, id))
    yield moment
    if (isFinal(moment.job.state) || signal.aborted) return
    await changes.next(1_000, signal)
  }
}

async function momentOf(store: Store, id: JobId): Promise<JobMoment> {
  const stored = await store.job(id)
  if (stored === null) throw noJob(id)
  const job = await jobAt(store, stored, systemClock.now())
  return { job, progress: (await store.progress([id])).get(id) ?? null }
}
