import type { EpochMs, Job } from '../domain/job.js'
import type { StoredSchedule } from '../domain/schedule/schedule.js'
import type { QueueInfo, WorkerInfo } from '../stores/store.js'
import { isoTime } from './iso-time.js'
import { queueToJson } from './queue.js'
import { schedulesAtAGlance } from './schedule.js'

/** What a status is made of. */
interface StatusFacts {
  readonly queues: readonly QueueInfo[]
  readonly workers: readonly WorkerInfo[]
  readonly running: readonly Job[]
  readonly schedules: readonly StoredSchedule[]
}

/** Queues, workers and schedules at a glance, as programs read them. Health and failures are not there yet. */
export function statusToJson({ queues, workers, running, schedules }: StatusFacts, now: EpochMs) {
  return {
    health: null,
    queues: queues.map((queue) => queueToJson(queue, now)),
    workers: workers.map((worker) => workerToJson(worker, running)),
    schedules: schedulesAtAGlance(schedules, now),
    failures: [],
  }
}

export type StatusJson = ReturnType<typeof statusToJson>

function workerToJson(worker: WorkerInfo, running: readonly Job[]) {
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
