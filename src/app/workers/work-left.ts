import { notifyQueue } from '../../domain/notification.js'
import { type QueueChoice, queueNames } from '../../domain/queues.js'
import type { Runner } from '../../engine/runner.js'
import type { Store } from '../../stores/store.js'

/** Jobs that wait for a worker that knows their tasks. */
export interface JobsLeft {
  readonly count: number
  readonly tasks: readonly string[]
}

/** The queued jobs of tasks that are not `known`. */
export async function jobsLeft(store: Store, known: readonly string[], queues: QueueChoice): Promise<JobsLeft> {
  const left = (await store.queuedByTask(servedNames(queues))).filter(({ task }) => !known.includes(task))
  return { count: left.reduce((sum, { count }) => sum + count, 0), tasks: left.map(({ task }) => task) }
}

/** The queues of a worker, with that of notifications; null for all. */
function servedNames(queues: QueueChoice): readonly string[] | null {
  const names = queueNames(queues)
  return names === null ? null : [...names, notifyQueue]
}

interface Burst {
  readonly queues: QueueChoice
  readonly scheduler: boolean
}

/** Resolves when nothing is queued, running or waiting for a retry, but for retries of notifications: looks again whenever something was written. */
export async function nothingLeft(
  store: Store,
  runner: Runner,
  known: () => readonly string[],
  burst: Burst,
  signal: AbortSignal,
): Promise<void> {
  const changes = store.changes()
  for (;;) {
    if (signal.aborted) return
    if (!runner.busy && !(await isAnythingLeft(store, known(), burst))) return
    await changes.next(500, signal)
  }
}

/** A slot that waits becomes a job once the one before it has ended. */
async function isAnythingLeft(store: Store, known: readonly string[], { queues, scheduler }: Burst): Promise<boolean> {
  if (await store.unfinished(servedNames(queues), known)) return true
  return scheduler && (await store.waitingSchedules()).length > 0
}
