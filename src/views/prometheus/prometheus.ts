import { type HealthStatus, healthStatuses } from '../../domain/health.js'
import type { EpochMs } from '../../domain/job.js'
import type { TaskStatistics } from '../../domain/statistics.js'
import type { QueueInfo } from '../../stores/store.js'
import type { SeenWorker } from '../worker.js'
import { Exposition, type Labels } from './exposition.js'
import { addQueues } from './queues.js'
import { addSchedules, type ShownSchedule } from './schedules.js'
import { addTasks } from './tasks.js'
import { addWorkers } from './workers.js'

/** What is shown to Prometheus. */
export interface PrometheusFacts {
  /** Of all time. */
  readonly statistics: readonly TaskStatistics[]
  readonly queues: readonly QueueInfo[]
  readonly workers: readonly SeenWorker[]
  readonly schedules: readonly ShownSchedule[]
  readonly health: HealthStatus
  /** null: the store is no file. */
  readonly storeBytes: number | null
  /** The labels of `offstage_build_info`. */
  readonly build: Labels
}

/** The whole store as Prometheus reads it. Names and labels are stable: see docs/metrics.md. */
export function prometheusText(facts: PrometheusFacts, now: EpochMs): string {
  const out = new Exposition()
  addQueues(out, facts.queues, now)
  addTasks(out, facts.statistics)
  addWorkers(out, facts.workers, facts.queues)
  addSchedules(out, facts.schedules)
  out.metric('offstage_health', 'gauge', 'Health: 0 healthy, 1 degraded, 2 unhealthy.')
  out.sample('offstage_health', {}, healthStatuses.indexOf(facts.health))
  if (facts.storeBytes !== null) {
    out.metric('offstage_store_bytes', 'gauge', 'Size of the file of the store, with its write-ahead log.')
    out.sample('offstage_store_bytes', {}, facts.storeBytes)
  }
  out.metric('offstage_build_info', 'gauge', 'Always 1; the labels say what runs.')
  out.sample('offstage_build_info', facts.build, 1)
  return out.text()
}
