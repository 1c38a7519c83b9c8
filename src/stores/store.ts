import type {
  Attempt,
  ClaimedJob,
  EpochMs,
  FailureReason,
  Job,
  JobId,
  JobState,
  NewJob,
  OutputLine,
  Progress,
  Usage,
  WorkerId,
} from '../domain/job.js'
import type { Outcome } from '../domain/outcome.js'
import type { QueueChoice } from '../domain/queues.js'
import type { Retention } from '../domain/retention.js'
import type { TaskStatistics } from '../domain/statistics.js'
import type { Changes } from './change-notifier.js'
import type { ScheduleStore } from './schedule-store.js'

/**
 * The interface between the engine and the stores. Calls are shaped in batches. They resolve when their effect
 * is as safe as the store makes it, and reject with StoreUnavailableError if the store cannot answer. Everything
 * else, a lost lease included, is an answer.
 */
export interface Store extends JobStore, WorkerStore, JobAdmin, JobReader, ScheduleStore {
  /**
   * Closes it after all earlier calls. Ends all waits for changes; every later call but this one and
   * `changes` is refused with StoreUnavailableError `E_STORE_CLOSED`.
   */
  close(): Promise<void>
}

/** Enqueueing and running: all that the runner is handed. */
export interface JobStore {
  /** Answers in the order of `jobs`. Jobs of one call are stored together or not at all, except the refused ones. */
  enqueue(jobs: readonly NewJob[]): Promise<readonly Enqueued[]>
  /**
   * Takes at most `limit` ready jobs for a worker that holds its lease: first those reserved for it, then a share of
   * each queue that has some, by the weights; within a queue by priority (higher first) and arrival. What rounding
   * takes from a queue one time, it gets the next time, so that no queue starves. `strict` takes the queues in their
   * order instead. A paused queue gives only reserved jobs: those of a foreground run. A job that has expired is not
   * started, swept or not. A worker without a lease gets nothing.
   */
  claim(request: ClaimRequest): Promise<readonly Claim[]>
  /** Ends attempts. An attempt whose lease is over is `lost`, and nothing of it is written. */
  settle(
    ends: readonly { readonly lease: Lease; readonly outcome: Outcome }[],
  ): Promise<readonly ('settled' | 'lost')[]>
  /**
   * Adds to what running attempts have printed and how far they are. `lost` as in `settle`: nothing of it is written
   * then. Resolves as soon as a kill of this process cannot undo it; a power loss may.
   */
  append(additions: readonly Addition[]): Promise<readonly ('appended' | 'lost')[]>
  /** The running jobs of this worker that are to be cancelled. */
  cancelRequests(worker: WorkerId): Promise<readonly JobId[]>
  /**
   * Moves what time has moved: due jobs become `queued`, expired ones `failed`, the jobs of workers in `dead` or
   * without a lease go back to `queued` (a loss each; at the limit `failed` as `lost`), and those workers are removed.
   * At most `limit` of each: due jobs, expired jobs, and jobs of one worker, who stays until the last one is taken
   * back.
   */
  sweep(request: { readonly limit: number; readonly dead: readonly WorkerId[] }): Promise<SweepResult>
  /** A cursor of the changes from now on that may be work. Make it before the first look. */
  changes(): Changes
}

/** The answer to one enqueue. `id` is the older job's for `existing` and `refused`. */
export interface Enqueued {
  readonly id: JobId
  readonly answer: 'created' | 'existing' | 'replaced' | 'refused'
}

export interface ClaimRequest {
  readonly worker: WorkerId
  /** null: every queue; no shares: only jobs reserved for this worker. */
  readonly queues: QueueChoice
  /** The tasks that the worker knows; jobs of others wait for one that does. Left out: whatever the task. */
  readonly tasks?: readonly string[]
  readonly limit: number
}

export interface Claim {
  readonly job: ClaimedJob
  readonly lease: Lease
}

/** The right to end an attempt. It ends with the worker's lease, and with any later claim of the job. */
export interface Lease {
  readonly job: JobId
  readonly attempt: number
  readonly worker: WorkerId
  /** Of the job: what its end is counted under in the statistics. */
  readonly task: string
  readonly queue: string
}

export interface Addition {
  readonly lease: Lease
  readonly progress: Progress | null
  /** Their numbers go up from 1 in each attempt; the caller counts. */
  readonly output: readonly OutputLine[]
  /** Lines that are to be forgotten, the first and the last one included: there is too much of it. */
  readonly forget: { readonly first: number; readonly last: number } | null
  /** What the attempt has used; null: not known. */
  readonly usage: Usage | null
}

export interface SweepResult {
  readonly promoted: number
  readonly reclaimed: number
  /** Ended without having run: expired, or lost too often. */
  readonly buried: number
  /** When the next scheduled job is due; null if there is none. */
  readonly nextDueAt: EpochMs | null
}

/** Workers and their leases: one lease a worker, whatever it runs. */
export interface WorkerStore {
  /**
   * A new worker with a fresh lease, kept in the clock of `worker.bootId`, which is this boot. Ids are never used
   * twice.
   */
  register(worker: NewWorker): Promise<WorkerId>
  /**
   * Renews the worker's lease, and stores its processes. False if the lease is over: it is never extended then, and
   * the jobs that the worker still runs are lost.
   */
  beat(worker: WorkerId, processes: readonly ProcessIdentity[]): Promise<boolean>
  /** Says which tasks a worker knows from now on. */
  setTasks(worker: WorkerId, tasks: readonly string[]): Promise<void>
  /** Removes a worker that has ended. Its running jobs are given back without penalty. */
  deregister(worker: WorkerId): Promise<void>
}

/** A process of this machine. Differs from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number
  /** Start time in the kernel's ticks since boot; null if the system cannot say. */
  readonly startTicks: number | null
}

/**
 * Where a worker runs. Two workers can see each other's processes only if boot and namespace are the same and known.
 */
export interface NewWorker {
  readonly process: ProcessIdentity
  readonly host: string
  readonly bootId: string | null
  readonly pidNamespace: string | null
  readonly concurrency: number
  /** null: every queue. */
  readonly queues: readonly string[] | null
  /** The tasks that it knows; null if it did not report them. */
  readonly tasks: readonly string[] | null
}

export interface WorkerInfo extends NewWorker {
  readonly id: WorkerId
  readonly startedAt: EpochMs
  readonly lastBeatAt: EpochMs
  /** Whether the lease is over, by the store's clock. */
  readonly expired: boolean
  readonly processes: readonly ProcessIdentity[]
}

/** What people do to jobs that wait or have ended. */
export interface JobAdmin {
  /** Waiting jobs are cancelled, running ones asked to stop; ended ones stay as they are. */
  cancel(ids: readonly JobId[]): Promise<readonly ('cancelled' | 'requested' | 'ended' | 'unknown')[]>
  /**
   * From now on no claim gets a job from these queues, which need not have any yet. Running jobs go on, and jobs that
   * are reserved for a worker are still its own. A queue that was paused before keeps the time of that pause.
   */
  pauseQueues(names: readonly string[]): Promise<readonly ('paused' | 'unchanged')[]>
  resumeQueues(names: readonly string[]): Promise<readonly ('resumed' | 'unchanged')[]>
  /**
   * Removes what retention no longer keeps, the oldest first: at most `limit` jobs, as many records of slots and
   * one-off schedules, and minutes of statistics. Nothing goes that holds a unique key, waits or has a job that has not
   * ended. Returns how many jobs went, or slots if those were more: with `limit`, there may be more to remove.
   */
  prune(retention: Retention, limit: number): Promise<number>
  /** Housekeeping of the store. Workers call it every few seconds. */
  maintain(): Promise<void>
}

/** Reading. Nothing here writes. */
export interface JobReader {
  job(id: JobId): Promise<Job | null>
  jobs(filter: JobFilter, page: Page): Promise<JobPage>
  /** All attempts of a job, the first one first. */
  attempts(id: JobId): Promise<readonly Attempt[]>
  /** What an attempt has printed, in its order: at most `limit` lines after line number `after`. */
  output(
    id: JobId,
    attempt: number,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly OutputLine[]>
  /** The last progress of jobs, of those that reported any. */
  progress(ids: readonly JobId[]): Promise<ReadonlyMap<JobId, Progress>>
  /** Every queue that has jobs or is paused, by name. */
  queues(): Promise<readonly QueueInfo[]>
  /** The paused queues, by name, without a look at the jobs. */
  pausedQueues(): Promise<readonly PausedQueue[]>
  workers(): Promise<readonly WorkerInfo[]>
  /** How many jobs a queue gives out before this one, which is queued on it; it counts up to `limit`. */
  jobsAhead(id: JobId, limit: number): Promise<number>
  /**
   * Whether anything on these queues (null: on any) is queued, runs, or waits for a retry; paused ones do not count,
   * nor do jobs that wait and are of other tasks than these (left out: of any).
   */
  unfinished(queues: readonly string[] | null, tasks?: readonly string[]): Promise<boolean>
  /** How many jobs of each task are queued on these queues (null: on any), without reserved ones; sorted by task. */
  queuedByTask(queues: readonly string[] | null): Promise<readonly TaskCount[]>
  /** The ends since a time, to the minute (null: ever), by queue and task. Pruned jobs stay counted. */
  statistics(since: EpochMs | null): Promise<readonly TaskStatistics[]>
  /** Running jobs, the longest-running first. */
  running(limit: number): Promise<readonly Job[]>
}

export interface TaskCount {
  readonly task: string
  readonly count: number
}

export interface JobFilter {
  readonly states?: readonly JobState[]
  readonly task?: string
  readonly queue?: string
  readonly reason?: FailureReason
  readonly createdBefore?: EpochMs
  readonly createdAfter?: EpochMs
}

export interface Page {
  readonly limit: number
  /** The `next` of the page before. */
  readonly after: JobId | null
}

/** Newest first. `next` is null on the last page. */
export interface JobPage {
  readonly items: readonly Job[]
  readonly next: JobId | null
}

export interface QueueInfo {
  readonly name: string
  readonly paused: boolean
  readonly counts: Readonly<Record<JobState, number>>
  /** When the oldest queued job became ready; null if none waits. */
  readonly oldestQueuedAt: EpochMs | null
}

export interface PausedQueue {
  readonly name: string
  readonly pausedAt: EpochMs
}

/** How long a lease holds without a beat, and how often a worker beats. */
export const leaseMs = 30_000
export const beatMs = 5_000
