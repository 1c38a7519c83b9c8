import type { Clock } from '../../domain/clock.js'
import type { JobError } from '../../domain/failure.js'
import { type Attempt, idNumber, type Job, type JobId, type JobState, type WorkerId } from '../../domain/job.js'
import { isNotificationKey } from '../../domain/notification.js'
import type { Backoff } from '../../domain/retry.js'
import { leaseHolds } from '../leases.js'
import type { Lease, TaskProcess, WorkerInfo } from '../store.js'
import { endedByCodes, nameOfCode, reasonCodes } from './codes.js'

/** A row of `job_rows`. */
export interface JobRow {
  readonly id: number
  readonly task: string
  readonly queue: string
  readonly state: JobState
  readonly reason: Job['reason']
  readonly priority: number
  readonly args: string
  readonly unique_key: string | null
  readonly created_at: number
  readonly due_at: number
  readonly expires_at: number | null
  readonly started_at: number | null
  readonly ended_at: number | null
  readonly attempt: number
  readonly failures: number
  readonly losses: number
  readonly losses_alone: number
  readonly postponements: number
  readonly suspect: 0 | 1
  readonly max_retries: number
  readonly backoff: string | null
  readonly timeout_ms: number | null
  readonly reserved_for: number | null
  readonly lost_with_worker: 0 | 1
  readonly worker: number | null
  readonly trace: string | null
  readonly cancel_requested: 0 | 1
  readonly result: string | null
  readonly error: string | null
  readonly ended_by: Job['endedBy']
  readonly schedule: string | null
  readonly slot: number | null
}

/** The lease by which a worker holds a job. */
export function leaseOfRow({ id, attempt, task, queue, unique_key }: JobRow, worker: number): Lease {
  const isNotification = isNotificationKey(unique_key)
  return { job: `j${id}`, attempt, worker: `w${worker}`, task, queue, isNotification }
}

export function jobOfRow(row: JobRow): Job {
  return {
    id: `j${row.id}`,
    task: row.task,
    argsJson: row.args,
    queue: row.queue,
    state: row.state,
    reason: row.reason,
    priority: row.priority,
    key: row.unique_key,
    createdAt: row.created_at,
    dueAt: row.due_at,
    expiresAt: row.expires_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    attempt: row.attempt,
    failures: row.failures,
    losses: row.losses,
    lossesAlone: row.losses_alone,
    postponements: row.postponements,
    suspect: row.suspect === 1,
    maxRetries: row.max_retries,
    backoff: parsed<Backoff>(row.backoff),
    timeoutMs: row.timeout_ms,
    resultJson: row.result,
    error: parsed<JobError>(row.error),
    reservedFor: row.reserved_for === null ? null : `w${row.reserved_for}`,
    lostWithWorker: row.lost_with_worker === 1,
    trace: row.trace,
    cancelRequested: row.cancel_requested === 1,
    worker: row.worker === null ? null : `w${row.worker}`,
    endedBy: row.ended_by,
    schedule: row.schedule === null || row.slot === null ? null : { name: row.schedule, slot: row.slot },
  }
}

/** A row of the attempts, with numbers for reason and end. */
export interface AttemptRow {
  readonly attempt: number
  readonly reason: number | null
  readonly started_at: number
  readonly ended_at: number
  readonly worker: number
  readonly error: string | null
  readonly ended_by: number
  /** The number of the state in which its job ended with it; null if the job went on. */
  readonly job_state: number | null
}

export function attemptOfRow(row: AttemptRow): Omit<Attempt, 'usage'> {
  const reason = nameOfCode(reasonCodes, row.reason)
  return {
    attempt: row.attempt,
    // One that was handed back has failed for no reason.
    state: reason !== null ? 'failed' : row.job_state === null ? 'released' : 'cancelled',
    reason,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    error: parsed<JobError>(row.error),
    worker: `w${row.worker}`,
    endedBy: nameOfCode(endedByCodes, row.ended_by),
  }
}

export interface WorkerRow {
  readonly id: number
  readonly pid: number
  readonly start_ticks: number | null
  readonly host: string
  readonly boot_id: string | null
  readonly pid_namespace: string | null
  readonly concurrency: number
  readonly tasks: string | null
  readonly queues: string
  readonly scheduler: 0 | 1
  readonly embedded: 0 | 1
  readonly processes: string
  readonly rss_bytes: number | null
  readonly started_at: number
  readonly last_beat_at: number
  readonly lease_until: number
}

export function workerOfRow(row: WorkerRow, clock: Clock): WorkerInfo {
  return {
    id: `w${row.id}`,
    process: { pid: row.pid, startTicks: row.start_ticks },
    host: row.host,
    bootId: row.boot_id,
    pidNamespace: row.pid_namespace,
    concurrency: row.concurrency,
    queues: JSON.parse(row.queues) as string[] | null,
    tasks: row.tasks === null ? null : (JSON.parse(row.tasks) as string[] | null),
    scheduler: row.scheduler === 1,
    embedded: row.embedded === 1,
    startedAt: row.started_at,
    lastBeatAt: row.last_beat_at,
    expired: leaseIsOver(row, clock),
    processes: JSON.parse(row.processes) as TaskProcess[],
    rssBytes: row.rss_bytes,
  }
}

export function leaseIsOver(row: WorkerRow, clock: Clock): boolean {
  return !leaseHolds({ bootId: row.boot_id, until: row.lease_until }, clock)
}

function parsed<T>(json: string | null): T | null {
  return json === null ? null : (JSON.parse(json) as T)
}

/** The row number behind a job's id, or -1, which no row has. */
export function jobNumber(id: JobId): number {
  return idNumber(id, 'j') ?? -1
}

/** The row number behind a worker's id, or -1, which no row has. */
export function workerNumber(id: WorkerId): number {
  return idNumber(id, 'w') ?? -1
}
