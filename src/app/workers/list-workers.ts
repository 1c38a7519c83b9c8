import type { EpochMs } from '../../domain/job.js'
import type { JobReader } from '../../stores/store.js'
import { seenWorkers, type WorkerJson, workerToJson } from '../../views/worker.js'

const maxRunning = 1_000

/** All workers as they are now, foreground runs too. */
export async function listWorkers(
  store: Pick<JobReader, 'workers' | 'running'>,
  now: EpochMs,
): Promise<readonly WorkerJson[]> {
  const [workers, running] = await Promise.all([store.workers(), store.running(maxRunning)])
  return seenWorkers(workers, now).map((seen) => workerToJson(seen, running))
}
