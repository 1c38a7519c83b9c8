import type { NewJob } from '../../domain/job.js'
import type { Store } from '../../stores/store.js'
import type { Context } from '../context.js'
import type { ProjectTasks } from '../project-tasks.js'
import type { StopSignals } from '../stop-signals.js'
import { acceptedJob, type EndedJob, endedJob, storedJob } from './enqueue-job.js'
import { type ForegroundListener, ForegroundWorker } from './foreground-worker.js'

/** The end of a requested job. */
export interface RunEnd extends EndedJob {
  /** An older job with the same key stands for it. */
  readonly duplicate: boolean
  readonly interrupted: boolean
}

/** Runs a job here and now, as a stored one. Throws KeyTakenError where its key forbids it. */
export async function runJob(
  store: Store,
  { pool }: ProjectTasks,
  context: Context,
  job: NewJob,
  signals: StopSignals,
  listener: ForegroundListener,
): Promise<RunEnd> {
  const worker = await ForegroundWorker.start(store, pool, 1, context, signals, listener)
  try {
    const { id, duplicate } = acceptedJob(await worker.enqueue([job]), job)
    if (duplicate) return { ...(await storedJob(store, id, context.redact)), duplicate, interrupted: false }
    const end = await endedJob(store, await worker.finished(id), context.redact)
    return { ...end, duplicate, interrupted: worker.interrupted }
  } finally {
    await worker.end()
  }
}
