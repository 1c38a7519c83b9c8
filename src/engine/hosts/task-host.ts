import type { Usage } from '../../domain/job.js'
import type { ProcessIdentity } from '../../stores/store.js'
import type { TaskProcessFact } from '../ipc/from-task-process.js'
import type {
  AttemptEnd,
  AttemptId,
  Catalog,
  CheckRequest,
  EnqueueAnswer,
  EnqueueRequest,
  JobAssignment,
  StopReason,
  Verdict,
} from '../ipc/messages.js'
import type { GroupMemory } from '../memory.js'
import type { ProcessExit } from './process-exit.js'

/** Runs jobs: `maxRunning` of those handed over run, in their order; the others wait until one of those has ended. */
export interface TaskHost {
  /** The tasks and faults it found. Rejects with ProjectError if it dies before it is ready. */
  readonly catalog: Promise<Catalog>
  readonly ready: boolean
  /** The processes that must not outlive the worker. */
  readonly identities: readonly ProcessIdentity[]
  run(assignments: readonly JobAssignment[], maxRunning: number): void
  /** Recalls the jobs that wait; a `returned` event is the answer. */
  recall(): void
  stop(attempt: AttemptId, reason: StopReason): void
  /** Ends a job that ignores its signal. Reports no end if it cannot end this job alone. */
  abandon(attempt: AttemptId): void
  /** Sends TERM to the process of a job and all its children. Other jobs of that process end too. */
  terminate(attempt: AttemptId): void
  /** Kills the process of a job. */
  killAttempt(attempt: AttemptId): void
  /** Checks arguments by the schemas of their tasks, in order. */
  check(requests: readonly CheckRequest[]): Promise<readonly Verdict[]>
  /** Measures its memory, in bytes; null if the system cannot say. */
  measure(): number | null
  /** Kills each of its process groups that uses more memory than that. */
  killOverLimit(limitBytes: number, groups: GroupMemory): void
  /** Disconnects it: it ends by itself, or is killed. Resolves when it has ended, after its last event. */
  end(): Promise<void>
  /** Kills it with all its children. Resolves when it has ended, after its last event. */
  kill(): Promise<void>
  /** Like `kill`, without waiting for the end. */
  killNow(): void
}

/**
 * The events of jobs, each with its attempt: an id where it is reported, the attempt itself once the slot has found it.
 */
type AttemptEvent<Attempt> =
  /** Recalled, or their process ended: they have not started. */
  | { readonly type: 'returned'; readonly attempts: readonly Attempt[] }
  | { readonly type: 'usage'; readonly attempt: Attempt; readonly usage: Usage }

/** Events that a slot passes to the runner unchanged. */
type HostFact =
  | TaskProcessFact
  /** It can run jobs. */
  | { readonly type: 'ready' }
  | { readonly type: 'enqueue'; readonly request: EnqueueRequest; answer(answer: EnqueueAnswer): void }
  /**
   * It has started a process that must not outlive the worker; `stored` is called when the store has it, or refuses it.
   */
  | { readonly type: 'spawned'; stored(): void }

/**
 * A turn of its event loop: jobs that have ended, and jobs that start, before their first line runs. The next one,
 * even without any, says that those have not blocked the loop.
 */
export interface Turn {
  readonly type: 'turn'
  readonly started: readonly AttemptId[]
  readonly ends: readonly AttemptEnd[]
  /** False: it was sent while the first lines of jobs ran. It does not say that these have not blocked the loop. */
  readonly isNew: boolean
  /** How long the event loop was active since the last one; 0 if it is not measured. */
  readonly activeMs: number
}

/** What a host reports, in the order in which it happens. */
export type HostEvent =
  | HostFact
  | Turn
  | AttemptEvent<AttemptId>
  /** The host has ended, expected or not. */
  | { readonly type: 'exited'; readonly exit: ProcessExit }

/** The same, from a slot of the pool, which knows the attempts. */
export type SlotEvent<Attempt> =
  | HostFact
  | AttemptEvent<Attempt>
  /** They no longer wait: reported before their first line runs. */
  | { readonly type: 'started'; readonly attempts: readonly Attempt[] }
  /**
   * Jobs that started have not blocked the event loop. `attempts`: those that started together with an earlier one, and
   * have now run their first lines.
   */
  | { readonly type: 'turned'; readonly attempts: readonly Attempt[] }
  | {
      readonly type: 'finished'
      readonly ends: readonly { readonly attempt: Attempt; readonly report: AttemptEnd['report'] }[]
    }
  /** Its jobs need more of the processor than its process has. */
  | { readonly type: 'busy' }
  /** `running`: the attempts that are lost. */
  | { readonly type: 'exited'; readonly exit: ProcessExit; readonly running: readonly Attempt[] }

export type Emit = (event: HostEvent) => void

export type StartHost = (emit: Emit) => TaskHost
