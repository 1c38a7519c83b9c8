import type { ErrorCode } from '../../domain/error-catalog.js'
import type { EpochMs, JobId } from '../../domain/job.js'
import type { AttemptReport } from '../../domain/outcome.js'
import type { EnqueueOptions, TaskDefaults } from '../../domain/request.js'
import type { TaskSchedule } from '../../domain/schedule/options.js'
import type { PackedAssignment } from './packed.js'

/** The messages between a worker and its task processes: batches of plain data. */

/** A function of a module; a program in the task directory; the built-in task, whose arguments are a command. */
export type TaskKind = 'function' | 'program' | 'command'

/** A task as the worker knows it. */
export interface TaskInfo extends TaskDefaults {
  readonly name: string
  /** The first line of its doc comment; null if it has none. */
  readonly description: string | null
  /** How long a job may go on after its signal, before it is abandoned or killed. */
  readonly graceMs: number
  readonly isolation: Isolation
  readonly kind: TaskKind
  /** How many a function declares, without those that have a default; 0 for a program, and where a schema gives them. */
  readonly parameters: number
  /** As its module declares it, unchecked; null if it declares none. */
  readonly schedule: TaskSchedule | null
  /** Absolute. */
  readonly file: string
  readonly line: number
}

/** A module, or a part of one, that cannot be used. */
export interface ModuleFault {
  readonly file: string
  readonly message: string
}

export interface Catalog {
  readonly tasks: readonly TaskInfo[]
  readonly faults: readonly ModuleFault[]
  /** Whether it is of all modules, not only of those that may have the requested task. */
  readonly isWhole: boolean
  /** Whether the process that found them had to compile modules, and keeps the compiler as long as it lives. */
  readonly hasCompiled: boolean
}

/** `own`: each job has a fresh process to itself. */
export type Isolation = 'shared' | 'own'

/** Why a running job is asked to stop. */
export type StopReason = 'timeout' | 'cancelled' | 'shutdown'

/** One attempt of a job. */
export interface AttemptId {
  readonly id: JobId
  readonly attempt: number
}

export interface JobAssignment extends AttemptId {
  readonly task: string
  readonly argsJson: string
  /** The nominal time of a scheduled job; null for any other. */
  readonly slot: EpochMs | null
  readonly queue: string
  /** The trace context of whoever enqueued it, as in the job. */
  readonly trace: string | null
}

export interface AttemptEnd extends AttemptId {
  readonly report: AttemptReport
}

export interface TaskOutput {
  /** null: written outside any job, such as while a module loads. */
  readonly id: JobId | null
  /** 0 outside of any job. */
  readonly attempt: number
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
  /** null: when it arrives. */
  readonly at: EpochMs | null
}

export interface TaskProgress extends AttemptId {
  readonly fraction: number
  readonly message: string | null
}

export interface EnqueueRequest {
  readonly task: string
  /** The task's defaults: the worker may lack the task or have another version. */
  readonly defaults: TaskDefaults
  readonly argsJson: string
  readonly options: EnqueueOptions
  /** The trace context that the job shall carry, as in the job. */
  readonly trace: string | null
}

/** The answer to an enqueue from inside a task. */
export type EnqueueAnswer =
  | { readonly id: JobId; readonly duplicate: boolean }
  | { readonly taken: { readonly key: string; readonly holder: JobId } }
  | { readonly name: string; readonly code: ErrorCode; readonly message: string; readonly hint: string | null }

/** Whether arguments are acceptable to a task. */
export interface CheckRequest {
  readonly task: string
  readonly argsJson: string
}

/** null if acceptable; else what is wrong, with the field. */
export type Verdict = string | null

export type ToTaskProcess =
  /** `maxRunning` of them run, in this order; the others wait until one of those has ended. */
  | { readonly type: 'jobs'; readonly jobs: readonly PackedAssignment[]; readonly maxRunning: number }
  /** Return the jobs that wait. */
  | { readonly type: 'recall' }
  | { readonly type: 'stop'; readonly id: JobId; readonly attempt: number; readonly reason: StopReason }
  /** End it without waiting for its promise; a late result is dropped. Needs a free event loop. */
  | { readonly type: 'abandon'; readonly id: JobId; readonly attempt: number }
  | { readonly type: 'check'; readonly ask: number; readonly requests: readonly CheckRequest[] }
  | { readonly type: 'enqueued'; readonly ask: number; readonly answer: EnqueueAnswer }
