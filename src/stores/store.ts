import type { FailureGroup } from '../domain/failure-group.js'
import type { Hold } from '../domain/hold.js'
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
import type { MinuteStatistics, TaskStatistics } from '../domain/statistics.js'
import type { Changes } from './change-notifier.js'
import type { ScheduleStore } from './schedule-store.js'

/**
 * The interface between the engine and the stores. Calls are shaped in batches. They resolve when their effect
 * is as safe as the store makes it, and reject with StoreUnavailableError if the store cannot answer. Everything
 * else, a lost lease included, is an answer.
 */
export interface Store extends JobStore, WorkerStore, JobAdmin, JobReader, ScheduleStore {
  /** Which store it is, for what is kept elsewhere for it. A copy of its file has the same. */
  identity(): Promise<string>
  /**
   * Closes the store after all earlier calls, and ends all waits for changes. Later calls, except `close` and
   * `changes`, reject with StoreUnavailableError `E_STORE_CLOSED`.
   */
  close(): Promise<void>
}

/** Enqueueing and running: the part of the store that the runner gets. */
export interface JobStore {
  /**
   * Stores all jobs of a call, except refused ones, in one transaction. Returns results in the order of `jobs`. A job
   * whose token is known is not stored again: the answer is `existing`, with the id that the first one answered. Rejects
   * with `E_TOKEN_LATE` and stores nothing if a token is neither known nor valid any more.
   */
  enqueue(jobs: readonly NewJob[]): Promise<readonly Enqueued[]>
  /**
   * Lets go of tokens that nobody will enqueue again. They stay known a little longer than they are valid, since a
   * second reader may hold them still. A token that is never let go of stays known for 90 days. Ignores unknown ones.
   */
  forgetTokens(tokens: readonly string[]): Promise<void>
  /**
   * Claims at most `limit` queued jobs for a worker: first the jobs reserved for it, then a share of each queue by
   * weight. Within a queue, higher priority comes first, then earlier arrival. A queue gets back later what rounding
   * takes from it, so no queue starves. `strict` serves the queues in their order instead. A paused queue gives only
   * reserved jobs, those of a foreground run. Never starts an expired job. Returns nothing without a valid lease.
   */
  claim(request: ClaimRequest): Promise<readonly Claim[]>
  /**
   * For how many jobs a worker should ask at a time, where more would hold up all who share the server, and the worker itself:
   * it hands over some while the server starts the next. A store in this process, where each claim is a commit, does not have this.
   */
  readonly claimsAtMost?: number
  /**
   * How often the server was lost since the store was opened. It may have come back without the last of what it said was
   * stored. A store without a server does not have this.
   */
  interruptions?(): number
  /** Ends attempts. `lost`: the attempt's lease is over, and nothing is written for it. */
  settle(
    ends: readonly { readonly lease: Lease; readonly outcome: Outcome }[],
  ): Promise<readonly ('settled' | 'lost')[]>
  /**
   * Stores output and progress of running attempts. `lost` as in `settle`. After it resolves, a kill of this process
   * cannot undo it; a power loss can.
   */
  append(additions: readonly Addition[]): Promise<readonly ('appended' | 'lost')[]>
  /** The running jobs of this worker for which a cancel is requested. */
  cancelRequests(worker: WorkerId): Promise<readonly JobId[]>
  /**
   * Queues due jobs, fails expired jobs, and takes back the jobs of workers that are in `dead` or have no lease. Each
   * of these jobs gets a loss and is queued again, or is `failed` as `lost` at the limit of losses. Then it removes the
   * worker, and frees the jobs that only it may run. Handles at most `limit` due jobs, `limit` expired jobs, and
   * `limit` running and `limit` waiting jobs of each worker; a worker stays until its last job is taken back.
   */
  sweep(request: { readonly limit: number; readonly dead: readonly WorkerId[] }): Promise<SweepResult>
  /** A cursor of changes from now on that may bring work. Create it before you first look for work. */
  changes(): Changes
}

/** The result of one enqueue. For `existing` and `refused`, `id` is the older job. A job with a known token is `existing`. */
export interface Enqueued {
  readonly id: JobId
  readonly answer: 'created' | 'existing' | 'replaced' | 'refused'
}

export interface ClaimRequest {
  readonly worker: WorkerId
  /** null: every queue; no shares: only jobs reserved for this worker. */
  readonly queues: QueueChoice
  /** The tasks that the worker knows; it gets no other jobs. Default: all tasks. */
  readonly tasks?: readonly string[]
  readonly limit: number
}

export interface Claim {
  readonly job: ClaimedJob
  readonly lease: Lease
}

/** The right to write to an attempt. It ends with the worker's lease, and with any later claim of the job. */
export interface Lease {
  readonly job: JobId
  readonly attempt: number
  readonly worker: WorkerId
  /** The job's task and queue, which the statistics count by. */
  readonly task: string
  readonly queue: string
  /** Whether the job tells of a failure: the statistics count it apart from other jobs of its task. */
  readonly isNotification: boolean
}

export interface Addition {
  readonly lease: Lease
  readonly progress: Progress | null
  /** The caller numbers the lines of each attempt from 1. */
  readonly output: readonly OutputLine[]
  /** Lines to delete because the output is over its limit; both ends are included. */
  readonly forget: { readonly first: number; readonly last: number } | null
  /** Resources that the attempt has used; null: unknown. */
  readonly usage: Usage | null
}

export interface SweepResult {
  readonly promoted: number
  readonly reclaimed: number
  /** Jobs that the sweep failed: expired, or lost too often. */
  readonly buried: number
  /** The workers that have died, each with the jobs that ran on it and were reclaimed or buried. */
  readonly lostWorkers: readonly LostWorker[]
  /** Whether a limit was reached: there may be more to do now. */
  readonly isPartial: boolean
  /** When the next scheduled job is due; null if there is none. */
  readonly nextDueAt: EpochMs | null
}

export interface LostWorker {
  readonly worker: WorkerId
  readonly jobs: readonly JobId[]
}

/** Workers and their leases: one lease a worker, whatever it runs. */
export interface WorkerStore {
  /**
   * A new worker with a fresh lease, in the store's lease clock: that of `worker.bootId`, which is this boot, or that of a
   * server. Ids are never used twice.
   */
  register(worker: NewWorker): Promise<WorkerId>
  /**
   * Renews the worker's lease, and stores its processes and memory. False if the lease is over: it is never extended then, and
   * the jobs that the worker still runs are lost.
   */
  beat(worker: WorkerId, vitals: WorkerVitals): Promise<boolean>
  /** Replaces the tasks that a worker knows. */
  setTasks(worker: WorkerId, tasks: readonly string[]): Promise<void>
  /** Removes a worker that has ended. Its running jobs go back to their queues without a penalty. */
  deregister(worker: WorkerId): Promise<void>
}

/** What a worker reports of itself with each beat. */
export interface WorkerVitals {
  readonly processes: readonly TaskProcess[]
  /** Resident memory of the worker; null if it is unknown. */
  readonly rssBytes: number | null
}

/** A process in which a worker runs jobs. */
export interface TaskProcess extends ProcessIdentity {
  readonly rssBytes: number | null
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
  /** The tasks that the worker knows; null if it did not report them. */
  readonly tasks: readonly string[] | null
  /** Whether it fires schedules too. */
  readonly scheduler: boolean
  /** Whether its process is a program of the user's, which a signal would end. */
  readonly embedded: boolean
}

export interface WorkerInfo extends NewWorker {
  readonly id: WorkerId
  readonly startedAt: EpochMs
  readonly lastBeatAt: EpochMs
  /** Whether the lease is over, by the store's clock. */
  readonly expired: boolean
  /** As of the last beat. */
  readonly processes: readonly TaskProcess[]
  readonly rssBytes: number | null
}

/** What users do to jobs and queues. */
export interface JobAdmin {
  /**
   * Cancels waiting jobs, and requests a cancel of running jobs. Ended jobs do not change. `states`: of these states only;
   * default: all. A job in another one does not change, and is answered `changed`.
   */
  cancel(ids: readonly JobId[], states?: readonly JobState[]): Promise<readonly CancelAnswer[]>
  /**
   * Puts failed and cancelled jobs back on their queues, now and for any worker. A retried job keeps its attempts, and its
   * `attempt` counts on; failures, losses, postponements and progress begin anew. It does not expire any more, holds its
   * unique key again, and the slots of its schedule have an unended job again. Statistics and failure groups keep what was
   * counted.
   */
  retry(ids: readonly JobId[]): Promise<readonly Retried[]>
  /** Removes jobs that have ended, with attempts and output. Statistics, and the slots of schedules, keep their ends. */
  remove(ids: readonly JobId[]): Promise<readonly Removed[]>
  /**
   * Stops claims from these queues, except of reserved jobs. Running jobs continue. A queue may be paused before it has
   * jobs. A queue that is already paused keeps its time.
   */
  pauseQueues(names: readonly string[]): Promise<readonly ('paused' | 'unchanged')[]>
  resumeQueues(names: readonly string[]): Promise<readonly ('resumed' | 'unchanged')[]>
  /**
   * Removes what the retention no longer keeps: jobs that ended too long ago, the oldest first; then, where a state has
   * too many, the lowest ids of those that ended over an hour ago. At most `limit` jobs, at most `limit` slot records
   * with one-off schedules, at most `limit` tokens whose time is over, and minutes of statistics. Keeps jobs that hold a
   * unique key, waiting slots, and slots whose job has not ended. Returns the number of removed jobs, slots or tokens,
   * whichever is highest. If that is `limit`, call it again: there may be more.
   */
  prune(retention: Retention, limit: number): Promise<number>
  /** How many jobs `prune` would remove now, counted up to `limit`. Only reads. */
  prunable(retention: Retention, limit: number): Promise<number>
  /** Housekeeping of the store, and samples of its queues. Workers call it every few seconds. */
  maintain(): Promise<void>
}

export type CancelAnswer = 'cancelled' | 'requested' | 'ended' | 'changed' | 'unknown'

/**
 * What a retry did. `key-taken`: another job holds the unique key of this one. `input-gone`: the command read its stdin from
 * a foreground run, which has ended.
 */
export type Retried = 'retried' | 'waiting' | 'running' | 'completed' | 'key-taken' | 'input-gone' | 'unknown'

/** What a removal did. `key-held`: the job keeps its unique key taken for some time yet. */
export type Removed = 'removed' | 'unended' | 'key-held' | 'unknown'

/** Reading. Nothing here writes. */
export interface JobReader {
  job(id: JobId): Promise<Job | null>
  jobs(filter: JobFilter, page: Page): Promise<JobPage>
  /** All attempts of a job, the first one first. */
  attempts(id: JobId): Promise<readonly Attempt[]>
  /** The output of an attempt: at most `limit` lines after line number `after`. */
  output(
    id: JobId,
    attempt: number,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly OutputLine[]>
  /** The last progress of each of these jobs that reported any. */
  progress(ids: readonly JobId[]): Promise<ReadonlyMap<JobId, Progress>>
  /** Every queue that has jobs or is paused, sorted by name. */
  queues(): Promise<readonly QueueInfo[]>
  /** The paused queues, sorted by name. Does not read jobs. */
  pausedQueues(): Promise<readonly PausedQueue[]>
  workers(): Promise<readonly WorkerInfo[]>
  /** How many jobs the queue gives out before this queued job. Counts up to `limit`. */
  jobsAhead(id: JobId, limit: number): Promise<number>
  /** What keeps all workers from a waiting job, if other programs that share the store have set that. */
  holdOf(id: JobId): Promise<Hold | null>
  /**
   * Whether a job on these queues (null: all) is queued, runs, or waits for a retry. Does not count paused queues,
   * waiting jobs of tasks other than `tasks` (default: all tasks), or retries of notifications, whose receiver may be
   * down for a day.
   */
  unfinished(queues: readonly string[] | null, tasks?: readonly string[]): Promise<boolean>
  /**
   * The number of queued jobs for each task on these queues (null: all), without reserved jobs and paused queues.
   * Sorted by task.
   */
  queuedByTask(queues: readonly string[] | null): Promise<readonly TaskCount[]>
  /** Statistics by queue and task since a time, rounded to the minute (null: all time). Includes pruned jobs. */
  statistics(since: EpochMs | null): Promise<readonly TaskStatistics[]>
  /** The same for each minute that has ends, sorted by minute and task. Reads nothing of older minutes. */
  statisticsByMinute(since: EpochMs): Promise<readonly MinuteStatistics[]>
  /**
   * Failed jobs since a time, rounded to the minute, grouped by task and error. The group with the latest failure
   * comes first. Includes pruned jobs.
   */
  failures(since: EpochMs, limit: number): Promise<readonly FailureGroup[]>
  /**
   * How queues were at times since `since`, the oldest first. Workers sample every queue that has changed, at most
   * once a minute: a queue without a new sample is as it was.
   */
  queueSamples(since: EpochMs): Promise<readonly QueueSample[]>
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
  /** Jobs of this schedule. */
  readonly schedule?: string
  /** Jobs that have ended at this time or later. */
  readonly endedAfter?: EpochMs
  /**
   * Failed jobs with this text in the name or the first line of their error. Numbers are not compared. Does not find
   * errors beyond the number that is kept apart for each task.
   */
  readonly error?: string
}

export interface Page {
  readonly limit: number
  /** The `next` of the previous page. */
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

export interface QueueSample {
  readonly queue: string
  readonly at: EpochMs
  readonly queued: number
  /** How many jobs were ever enqueued. */
  readonly enqueued: number
}

export interface PausedQueue {
  readonly name: string
  readonly pausedAt: EpochMs
}

/** How long a lease holds without a beat, and how often a worker beats. */
export const leaseMs = 30_000
export const beatMs = 5_000
