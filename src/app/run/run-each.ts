import type { NewJob } from '../../domain/job.js'
import type { Enqueued, Store } from '../../stores/store.js'
import type { Context } from '../context.js'
import type { ProjectTasks } from '../project-tasks.js'
import type { StopSignals } from '../stop-signals.js'
import { enqueueBatches } from './enqueue-batches.js'
import { type EndedJob, endedJob } from './enqueue-job.js'
import { type ForegroundListener, ForegroundWorker, manyAtOnce } from './foreground-worker.js'

/** Runs jobs here, ten at a time, and gives each one that has ended, in their order. */
export async function* runEach(
  store: Store,
  { pool }: ProjectTasks,
  context: Context,
  jobs: readonly NewJob[],
  signals: StopSignals,
  listener: ForegroundListener,
): AsyncGenerator<EndedJob> {
  const worker = await ForegroundWorker.start(store, pool, manyAtOnce, context, signals, listener)
  try {
    const answers: Enqueued[] = []
    // After a signal no more jobs start.
    const enqueue = async (some: readonly NewJob[]) => (worker.interrupted ? [] : worker.enqueue(some))
    for await (const some of enqueueBatches(enqueue, jobs)) answers.push(...some)
    for (const { id } of answers) yield await endedJob(store, await worker.finished(id), context.redact)
  } finally {
    await worker.end()
  }
}
