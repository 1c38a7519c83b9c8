import { lives } from '../../domain/explain/facts.js'
import type { QueueInfo } from '../../stores/store.js'
import { type SeenWorker, takesJobs } from '../worker.js'
import type { Exposition } from './exposition.js'

/** Living workers only, without their ids: every start of a worker would be another series. */
export function addWorkers(out: Exposition, workers: readonly SeenWorker[], queues: readonly QueueInfo[]): void {
  const alive = workers.filter((seen) => lives(seen) && takesJobs(seen))
  out.metric('offstage_workers', 'gauge', 'Workers that are alive, foreground runs not included.')
  out.sample('offstage_workers', {}, alive.length)
  out.metric('offstage_worker_concurrency', 'gauge', 'Jobs that the living workers run at a time, together.')
  const concurrency = alive.reduce((sum, { worker }) => sum + worker.concurrency, 0)
  out.sample('offstage_worker_concurrency', {}, concurrency)
  out.metric('offstage_worker_jobs_running', 'gauge', 'Jobs that run, those of foreground runs included.')
  const running = queues.reduce((sum, { counts }) => sum + counts.running, 0)
  out.sample('offstage_worker_jobs_running', {}, running)
}
