import type { MonitoredQueue, MonitoredSchedule, MonitoredWorker, MonitorView } from '../../app/monitor/monitor-data.js'
import type { FailureGroup } from '../../domain/failure-group.js'
import type { JobListItem } from '../../views/job.js'

/** A way to sort a view. The first one of a view is its own; null leaves the order of the store. */
export interface Order<T> {
  readonly name: string
  readonly compare: ((a: T, b: T) => number) | null
}

const number = (value: number | null) => value ?? -1
const text = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const took = ({ startedAt, endedAt }: JobListItem) =>
  startedAt === null ? -1 : (endedAt === null ? Number.MAX_SAFE_INTEGER : Date.parse(endedAt)) - Date.parse(startedAt)

export const queueOrders: readonly Order<MonitoredQueue>[] = [
  { name: 'name', compare: null },
  { name: 'queued', compare: (a, b) => b.queued - a.queued },
  { name: 'oldest', compare: (a, b) => number(b.latencyMs) - number(a.latencyMs) },
  { name: 'failed', compare: (a, b) => b.failed - a.failed },
]

export const jobOrders: readonly Order<JobListItem>[] = [
  { name: 'newest first', compare: null },
  { name: 'longest first', compare: (a, b) => took(b) - took(a) },
  { name: 'by task', compare: (a, b) => text(a.task, b.task) },
  { name: 'by state', compare: (a, b) => text(a.state, b.state) },
]

export const workerOrders: readonly Order<MonitoredWorker>[] = [
  { name: 'oldest first', compare: null },
  { name: 'busiest first', compare: (a, b) => b.busy - a.busy },
  { name: 'last beat', compare: (a, b) => a.lastBeatAt - b.lastBeatAt },
]

export const scheduleOrders: readonly Order<MonitoredSchedule>[] = [
  { name: 'next', compare: null },
  { name: 'name', compare: (a, b) => text(a.name, b.name) },
]

export const failureOrders: readonly Order<FailureGroup>[] = [
  { name: 'last', compare: null },
  { name: 'times', compare: (a, b) => b.count - a.count },
  { name: 'task', compare: (a, b) => text(a.task, b.task) },
]

export const orderCounts: Readonly<Record<MonitorView, number>> = {
  overview: queueOrders.length,
  queues: queueOrders.length,
  jobs: jobOrders.length,
  workers: workerOrders.length,
  schedules: scheduleOrders.length,
  failures: failureOrders.length,
}
