import type { EpochMs } from '../domain/job.js'
import type { Store } from '../stores/store.js'
import { type StatusJson, statusToJson } from '../views/status.js'

const maxRunning = 1_000

/** Queues, workers and schedules as they are now. */
export async function currentStatus(store: Store, now: EpochMs): Promise<StatusJson> {
  const [queues, workers, running, schedules] = await Promise.all([
    store.queues(),
    store.workers(),
    store.running(maxRunning),
    store.schedules(),
  ])
  return statusToJson({ queues, workers, running, schedules }, now)
}
