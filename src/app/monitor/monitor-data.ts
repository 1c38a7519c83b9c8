import type { FailureGroup } from '../../domain/failure-group.js'
import type { HealthStatus } from '../../domain/health.js'
import type { EpochMs, JobId, OutputLine, WorkerId } from '../../domain/job.js'
import type { StoredSlot } from '../../domain/schedule/schedule.js'
import type { JobFilter } from '../../stores/store.js'
import type { JobJson, JobListItem } from '../../views/job.js'
import type { QueueJson } from '../../views/queue.js'
import type { ScheduleJson } from '../../views/schedule.js'
import type { DueJson } from '../../views/slot.js'

/** What the monitor shows now, so that no more is read. */
export interface MonitorWish {
  readonly view: MonitorView
  /** Which jobs the list of jobs has, and how many. */
  readonly jobs: { readonly filter: JobFilter; readonly limit: number }
  /** The job at the cursor; null if none is shown. */
  readonly job: JobId | null
  /** Only that job is read: all else was read a moment ago. */
  readonly onlyJob: boolean
  /** Whether the output of that job is on the screen. */
  readonly wantsLog: boolean
  /** The schedule whose history is open. */
  readonly schedule: string | null
}

export const monitorViews = ['overview', 'queues', 'jobs', 'workers', 'schedules', 'failures'] as const
export type MonitorView = (typeof monitorViews)[number]

/** What was read of the store at one moment. Parts that nobody sees are those of an earlier moment. */
export interface MonitorData {
  readonly at: EpochMs
  readonly health: { readonly status: HealthStatus; readonly reasons: readonly string[] } | null
  readonly storeBytes: number | null
  readonly queues: readonly MonitoredQueue[]
  readonly workers: readonly MonitoredWorker[]
  readonly running: readonly RunningJob[]
  readonly lastHour: LastHour
  readonly schedules: readonly MonitoredSchedule[]
  /** Whether a scheduler was there within the last minute. */
  readonly schedulerAlive: boolean
  /** Of the last 24 hours, with secrets masked. */
  readonly failures: readonly MonitoredFailure[]
  readonly jobs: { readonly filter: JobFilter; readonly items: readonly JobListItem[]; readonly hasMore: boolean }
  readonly job: { readonly job: JobJson; readonly log: JobLog | null } | null
  readonly history: ScheduleHistory | null
}

export interface MonitoredQueue extends QueueJson {
  readonly pausedAt: EpochMs | null
  /** How many were queued in each of the last 30 minutes; the last one is now. */
  readonly depths: readonly number[]
  /** null: unknown, because nobody has sampled the queue. */
  readonly inPerMinute: number | null
  readonly outPerMinute: number
  /** Within the last hour. */
  readonly completedLastHour: number
}

export interface MonitoredWorker {
  readonly id: WorkerId
  readonly state: 'alive' | 'silent' | 'dead'
  readonly host: string
  readonly pid: number
  readonly startedAt: EpochMs
  readonly lastBeatAt: EpochMs
  readonly concurrency: number
  readonly busy: number
  /** null: every queue. */
  readonly queues: readonly string[] | null
  readonly processes: number
  readonly rssBytes: number | null
  readonly hasScheduler: boolean
}

export interface RunningJob {
  readonly id: JobId
  /** The task, or the command as it was typed. */
  readonly task: string
  readonly queue: string
  readonly worker: WorkerId | null
  readonly startedAt: EpochMs | null
  readonly progress: { readonly fraction: number; readonly message: string | null } | null
}

export interface LastHour {
  /** A number for each of the last 60 minutes; the last one is this minute. */
  readonly done: readonly number[]
  readonly failed: readonly number[]
  readonly retried: number
  readonly p50Ms: number | null
  readonly p95Ms: number | null
}

export interface MonitoredSchedule extends ScheduleJson {
  /** The last 12 slots, the newest last. */
  readonly slots: readonly StoredSlot[]
}

export interface MonitoredFailure extends FailureGroup {
  /** The error as the store has it, to tell groups apart: not to be shown. */
  readonly folded: string
}

export interface ScheduleHistory {
  readonly name: string
  readonly tz: string
  readonly slots: readonly StoredSlot[]
  readonly next: readonly DueJson[]
}

export interface JobLog {
  readonly attempt: number
  /** The last ones. */
  readonly lines: readonly OutputLine[]
  readonly total: number
}
