import type { Duration } from '../domain/duration.js'
import type { JobError } from '../domain/failure.js'
import type { FailureReason, JobId, JobState, WorkerId } from '../domain/job.js'
import type { EnqueueOptions } from '../domain/request.js'
import type { RetentionPolicy } from '../domain/retention.js'
import type { ScheduleOptions } from '../domain/schedule/options.js'
import type { ScheduleSource } from '../domain/schedule/schedule.js'
import type { TaskReadings } from '../domain/task-readings.js'
import type { Enqueue, JobHandle } from '../engine/task.js'
import type { CancelAnswer } from '../stores/store.js'
import type { SqliteHandle } from './outbox-handle.js'

/** A function that can be a task. */
export type TaskFunction = (...args: never[]) => unknown

/** Functions by the names of their tasks. An interface has no index signature: it is compared by its own names. */
export type TaskFunctions<Tasks = Record<string, TaskFunction>> = { readonly [Name in keyof Tasks]: TaskFunction }

/** The tasks of a directory: their types are not known. */
export type AnyTasks = Readonly<Record<string, (...args: unknown[]) => unknown>>

/** The arguments that a job of this function is enqueued with: what its schema accepts, or else its own parameters. */
export type TaskArgs<Run> =
  Run extends Enqueue<infer Input>
    ? Input
    : Run extends (...args: infer Args extends readonly unknown[]) => unknown
      ? Args
      : never

/** What stands for a task in a call: its name, or the function itself. */
export type NamedTask<Tasks> = (keyof Tasks & string) | TaskFunction

/** The arguments of the task that stands there. */
export type NamedArgs<Tasks, Named> = Readonly<TaskArgs<Named extends keyof Tasks ? Tasks[Named] : Named>>

export interface EngineOptions {
  /** Where jobs live. Default `sqlite:.offstage/jobs.db` below the current folder. */
  readonly store?: string
  /** SQLite files of the application, into which it writes jobs by `enqueueIn` in its own transactions. */
  readonly outbox?: string | readonly string[]
  /** How long ended jobs are kept, by the workers of this engine. */
  readonly retention?: RetentionPolicy
  /** The zone of schedules of the tasks that name none. Default UTC. Give that of the config if `workers start` uses the store too. */
  readonly tz?: string
}

/** Jobs of a program of your own. Several engines may live in one process. */
export interface Engine<Tasks extends TaskFunctions<Tasks> = AnyTasks> {
  /**
   * Stores a job of the task with this name, or of a function that this engine has registered; resolves when it is safe. Rejects with UsageError if the arguments are no JSON
   * or are refused by the schema (`E_NOT_JSON`, `E_ARGUMENTS`), or if an option is wrong; with KeyTakenError if the key
   * forbids it; with StoreUnavailableError.
   */
  enqueue<Named extends NamedTask<Tasks>>(
    task: Named,
    args: NamedArgs<Tasks, Named>,
    options?: EnqueueOptions,
  ): Promise<JobHandle>
  /**
   * Writes a job into the database of the application, as part of the transaction that is open on this connection: the job
   * exists if and only if the transaction commits. The engine that has the file as `outbox` stores it some 40 ms after the
   * commit (up to 500 ms if that is more than a second after this call), once, under an id that is not known before: give the job a `key` to find it. `db`: a connection of
   * better-sqlite3 or of node:sqlite. Throws UsageError as `enqueue` rejects, if the connection cannot take the row, if
   * `onConflict` is `error` or if the schema answers later (`E_OUTBOX`); and what the driver throws.
   */
  enqueueIn<Named extends NamedTask<Tasks>>(
    db: SqliteHandle,
    task: Named,
    args: NamedArgs<Tasks, Named>,
    options?: EnqueueOptions,
  ): void
  /** A job as it is now; null if there is none of that id, also if the text is no id. Nothing in it is masked. */
  job(id: JobId): Promise<JobRecord | null>
  /**
   * Waits until a job has ended, and resolves to it; at once if it has. Rejects with NotFoundError if there is none of that id,
   * with the reason of the signal if that fires before, with StoreLostError if the engine is closed before, and with
   * StoreUnavailableError. The job does not notice that somebody waits. For a few jobs at a time: each wait looks at its job
   * whenever the store changes.
   */
  finished(id: JobId, options?: FinishedOptions): Promise<JobRecord>
  /** Modules of the task directory, or parts of them, that cannot be used. */
  readonly faults: readonly TaskFault[]
  /** Jobs, newest first. */
  jobs(filter?: JobsFilter): Promise<readonly JobRecord[]>
  /** Cancels a waiting job, or asks the worker of a running one to stop it (`requested`). */
  cancel(id: JobId): Promise<Exclude<CancelAnswer, 'changed'>>
  /**
   * Starts a worker of this engine. Rejects with UsageError if an option is wrong, or if task processes are to run functions
   * that are in no directory (`E_TASKS`).
   */
  startWorker(options?: EngineWorkerOptions): Promise<EngineWorker>
  /**
   * Stores a schedule: while a scheduler runs, jobs of the task (a name, or a registered function) with these arguments are enqueued at its times. If one of that
   * name is there, it is changed; with the same times it goes on counting as before. It stays when the engine is closed. It
   * is shown as one of the command line. Rejects with UsageError if an option is wrong, if the arguments are refused, or
   * if code or a config declares a schedule of that name (`E_SCHEDULE_SOURCE`); with StoreUnavailableError.
   */
  putSchedule<Named extends NamedTask<Tasks>>(
    name: string,
    task: Named,
    args: NamedArgs<Tasks, Named>,
    options: EngineScheduleOptions,
  ): Promise<'added' | 'changed' | 'unchanged'>
  /** A schedule as it is stored now, whoever has stored it; null if there is none of that name. */
  schedule(name: string): Promise<ScheduleRecord | null>
  /**
   * Removes a schedule; its jobs stay. Resolves to false if there is none of that name. One that the code of a task declares
   * comes back with the next worker.
   */
  removeSchedule(name: string): Promise<boolean>
  /** The name that this engine has for a function. Throws UsageError `E_UNREGISTERED` if it has none, or several. */
  taskName(task: TaskFunction): string
  /**
   * What became of the jobs of the store, as it is now: all jobs, of other programs too. The figures do not change
   * afterwards; ask again for newer ones.
   */
  monitor(): Promise<EngineMonitor>
  /**
   * Stops the workers of this engine, each within its `grace`, and closes the store after all earlier calls. Until the
   * workers have stopped, their jobs can enqueue others; later calls reject with StoreLostError (`E_STORE_CLOSED`). A second
   * call waits for the first. Rejects if a worker could not hand its jobs back (StoreUnavailableError), after all is closed:
   * these jobs run again when its lease is over.
   */
  close(): Promise<void>
}

export interface TaskFault {
  /** Absolute. */
  readonly file: string
  /** What is wrong, beginning with the file. */
  readonly message: string
}

/** The times of a schedule (`cron`, `every` or `at`), and what its jobs are enqueued with. */
export type EngineScheduleOptions = Omit<ScheduleOptions, 'args' | 'notify'>

/** A schedule of the store. */
export interface ScheduleRecord {
  readonly name: string
  /** What declares it. `cli`: the command line, or `putSchedule`. */
  readonly source: ScheduleSource
  readonly task: string
  /** null: what declares it is faulty, as `offstage schedule list` says. Such a schedule does not fire. */
  readonly plan: {
    readonly kind: 'cron' | 'every' | 'once'
    /** Its times, as `offstage schedule list` shows them. */
    readonly times: string
    /** What its jobs are enqueued with. */
    readonly args: readonly unknown[]
  } | null
}

/** Figures of jobs that ended, as they were when they were asked for. */
export type EngineMonitor = TaskReadings

export interface FinishedOptions {
  /** Ends the wait, such as `AbortSignal.timeout(5_000)`. */
  readonly signal?: AbortSignal
}

export interface JobsFilter {
  /** The name of a task. */
  readonly task?: string
  readonly queue?: string
  readonly states?: readonly JobState[]
  /** 1 to 1,000. Default 50. */
  readonly limit?: number
}

/** How a worker of an engine runs jobs. */
export interface EngineWorkerOptions {
  /**
   * true: jobs run in this process, on its event loop. A job that blocks the loop blocks the server, and no time limit can
   * end it. false, the default: jobs run in task processes, which load the task directory.
   */
  readonly inline?: boolean
  /** How many jobs run at a time, 1 to 1,000. Default 10. */
  readonly concurrency?: number
  /**
   * The queues that it serves: a list, or weights by name: of two queues that both have jobs, one of weight 5 is served five
   * times as often as one of weight 1. Default: all queues, evenly.
   */
  readonly queues?: readonly string[] | Readonly<Record<string, number>>
  /** Whether a queue is served only while those before it in the list are empty. Default false. */
  readonly strict?: boolean
  /** The most task processes, 1 to 1,000; they start while jobs need them. Default: as many as the machine has processors. */
  readonly processes?: number
  /** Whether it fires schedules too, and brings those of the tasks into the store. Default true. */
  readonly scheduler?: boolean
  /** How long running jobs may go on after `stop()`, before they are stopped and handed back. Default `30s`. */
  readonly grace?: Duration
}

export interface EngineWorker {
  /** Its id in `offstage workers list`. It changes if the worker loses its lease. */
  readonly id: WorkerId
  /** Rejects if the worker cannot go on, and never resolves. */
  readonly broken: Promise<never>
  /** Takes no more jobs, and resolves when the running ones have ended or were handed back. */
  stop(): Promise<void>
}

/** A job, with its values as they are. */
export interface JobRecord {
  readonly id: JobId
  readonly task: string
  readonly queue: string
  readonly state: JobState
  /** Why it failed; null if it has not. */
  readonly reason: FailureReason | null
  readonly priority: number
  readonly args: readonly unknown[]
  readonly key: string | null
  readonly createdAt: Date
  /** When it may start. */
  readonly dueAt: Date
  /** Of the last attempt. */
  readonly startedAt: Date | null
  readonly endedAt: Date | null
  /** Counts every claim. A worker may hand a job back unstarted, so 2 does not mean that it has run before. */
  readonly attempt: number
  /** Attempts that threw or timed out. */
  readonly failures: number
  /** Attempts whose process died. */
  readonly losses: number
  readonly maxRetries: number
  readonly timeoutMs: number | null
  readonly progress: { readonly fraction: number; readonly message: string | null } | null
  /** What its function returned, as JSON carries it; null before it has completed. */
  readonly result: unknown
  /** Of the last attempt that failed. */
  readonly error: JobError | null
  /** Of the last attempt. */
  readonly worker: WorkerId | null
  readonly schedule: { readonly name: string; readonly slot: Date } | null
}
