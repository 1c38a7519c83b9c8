import type { Usage } from '../../domain/job.js'
import type { ProcessIdentity } from '../../stores/store.js'
import type {
  AttemptEnd,
  AttemptId,
  Catalog,
  CheckRequest,
  EnqueueAnswer,
  EnqueueRequest,
  JobAssignment,
  StopReason,
  TaskOutput,
  TaskProgress,
  Verdict,
} from '../ipc/messages.js'
import type { ProcessExit } from './process-exit.js'

/** What runs the jobs of a lane: `atOnce` of those handed over run, in their order, the others wait for one to end. */
export interface TaskHost {
  /** The tasks and faults it found. Rejects with ProjectError if it dies before it is ready. */
  readonly catalog: Promise<Catalog>
  readonly ready: boolean
  /** The processes that must not outlive the worker. */
  readonly identities: readonly ProcessIdentity[]
  run(assignments: readonly JobAssignment[], atOnce: number): void
  /** Asks for what waits; `returned` hears the answer. */
  recall(): void
  stop(id: string, attempt: number, reason: StopReason): void
  /** Ends a job that has not heeded its signal; no answer if that cannot be done to it alone. */
  abandon(id: string, attempt: number): void
  /** What the schemas of the tasks say of arguments, in order. */
  check(requests: readonly CheckRequest[]): Promise<readonly Verdict[]>
  /** Looks how much memory it holds, in bytes; null where nobody can tell. */
  measure(): number | null
  /** Ends it because it holds too much memory. */
  endOverLimit(): void
  /** Tells what runs a job, and all that it has started, to end: the whole process, if it cannot be told apart. */
  terminate(id: string, attempt: number): void
  /** Kills what runs a job. */
  killFor(id: string, attempt: number): void
  /** Lets it go: it ends by itself, or is killed. Resolves when it has, and all it wrote has been told. */
  end(): Promise<void>
  /** Ends it with all that it has started. Resolves when it has, and all it wrote has been told. */
  kill(): Promise<void>
  /** As `kill`, for those who cannot wait. */
  killNow(): void
}

export interface TaskHostListener {
  /** They no longer wait: told before their first line runs. */
  started(jobs: readonly AttemptId[]): void
  ended(ends: readonly AttemptEnd[]): void
  returned(jobs: readonly AttemptId[]): void
  output(output: TaskOutput): void
  progress(progress: TaskProgress): void
  usage(job: AttemptId, usage: Usage): void
  enqueue(request: EnqueueRequest): Promise<EnqueueAnswer>
  /** It can run jobs. */
  ready(): void
  /** It has started a process that must not outlive the worker. Resolves when that is stored, or cannot be. */
  spawned(): Promise<void>
  /** It is to be replaced when the jobs that run in it have ended. */
  recycle(): void
  /** It is gone, asked for or not. */
  exited(exit: ProcessExit): void
}
