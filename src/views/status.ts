import type { Health } from '../domain/health.js'
import type { EpochMs, Job } from '../domain/job.js'
import type { StoredSchedule } from '../domain/schedule/schedule.js'
import type { QueueInfo } from '../stores/store.js'
import type { FailureJson } from './failure.js'
import { healthAtAGlance } from './health.js'
import { queueToJson } from './queue.js'
import { schedulesAtAGlance } from './schedule.js'
import { type SeenWorker, workerToJson } from './worker.js'

/** What a status is made of. */
interface StatusFacts {
  readonly health: Health
  readonly queues: readonly QueueInfo[]
  readonly workers: readonly SeenWorker[]
  readonly running: readonly Job[]
  readonly schedules: readonly StoredSchedule[]
  readonly failures: readonly FailureJson[]
}

/** Health, queues, workers, schedules and failures at a glance, as programs read them. */
export function statusToJson(facts: StatusFacts, now: EpochMs) {
  const { health, queues, workers, running, schedules, failures } = facts
  return {
    health: healthAtAGlance(health),
    queues: queues.map((queue) => queueToJson(queue, workers, now)),
    workers: workers.map((seen) => workerToJson(seen, running)),
    schedules: schedulesAtAGlance(schedules, now),
    failures,
  }
}

export type StatusJson = ReturnType<typeof statusToJson>
