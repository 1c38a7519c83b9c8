import type { EpochMs } from '../domain/job.js'
import type { Store, WorkerInfo } from '../stores/store.js'
import { isoTime } from './iso-time.js'
import { queueToJson } from './queue.js'
import { schedulesAtAGlance } from './schedule.js'

const maxRunning = 1_000

/** Queues, workers and schedules at a glance. Health and failures are not gathered yet. */
export async function statusToJson(store: Store, now: EpochMs) {
  const [queues, workers, running, schedules] = await Promise.all([
    store.queues(),
    store.workers(),
    store.running(maxRunning),
    store.schedules(),
  ])
  return {
    health: null,
    queues: queues.map((queue) => queueToJson(queue, now)),
    workers: workers.map((worker) => workerToJson(worker, running)),
    schedules: schedulesAtAGlance(schedules, now),
    failures: [],
  }
}

export type StatusJson = Awaited<ReturnType<typeof statusToJson>>

function workerToJson(worker: WorkerInfo, running: Awaited<ReturnType<Store['running']>>) {
  return {
    id: worker.id,
    pid: worker.process.pid,
    host: worker.host,
    startedAt: isoTime(worker.startedAt),
    lastBeatAt: isoTime(worker.lastBeatAt),
    concurrency: worker.concurrency,
    running: running
      .filter((job) => job.worker === worker.id)
      .map((job) => ({ id: job.id, task: job.task, startedAt: isoTime(job.startedAt) })),
  }
}
