import { EventEmitter } from 'node:events'
import type { ClaimedJob, JobId, WorkerId } from '../domain/job.js'
import type { Outcome } from '../domain/outcome.js'
import type { BegunAnew } from '../domain/schedule/revise.js'
import type { SlotRecord } from '../domain/schedule/schedule.js'
import type { Claim, Enqueued } from '../stores/store.js'
import type { ProcessExit } from './hosts/process-exit.js'
import type { StopReason, TaskOutput, TaskProgress } from './ipc/messages.js'
import type { ReplaceReason } from './pool/pool-event.js'

/** An attempt of a job whose code has started. */
export interface AttemptStarted {
  readonly job: ClaimedJob
  /** From when the job was due until its code started. */
  readonly waitMs: number
}

/** A running attempt is asked to stop; it has its grace. */
export interface AttemptStopping {
  readonly job: ClaimedJob
  readonly reason: StopReason
}

/** An attempt whose end is stored. */
export interface AttemptSettled {
  readonly job: ClaimedJob
  readonly outcome: Outcome
  /** From when the job was due until its code started, or until its end if it never started. */
  readonly waitMs: number
  readonly runMs: number
}

/** A process of the pool has ended, expected or not. */
export interface ProcessExited {
  readonly exit: ProcessExit
  /** What ran in it. */
  readonly jobs: readonly ClaimedJob[]
  /** How often in a row such a process has ended before it was ready. */
  readonly exitsWhileLoading: number
}

/** What the engine reports, one object each: logs, metrics, the terminal and tests subscribe. */
export interface EngineEvents {
  'worker.started': [event: { readonly worker: WorkerId }]
  /** It has left the store. */
  'worker.stopped': [event: { readonly worker: WorkerId }]
  /** The lease expired: the worker lost its jobs and continues as `next`. */
  'worker.evicted': [
    event: {
      readonly worker: WorkerId
      readonly next: WorkerId
      /** Somebody has removed all that was in the store. */
      readonly isEmptied: boolean
    },
  ]
  /** Another worker has died, and `jobs` of it were taken over: they run again, or fail as lost. */
  'worker.lost': [event: { readonly worker: WorkerId; readonly jobs: readonly JobId[] }]
  /** A task has enqueued a job of `task`. */
  'job.enqueued': [event: { readonly task: string; readonly queue: string; readonly enqueued: Enqueued }]
  /** A row of an outbox cannot become a job, and was set aside there. */
  'outbox.setAside': [event: { readonly file: string; readonly row: number; readonly why: string }]
  /** The rows of an outbox cannot be moved, for a reason that does not pass by itself. */
  'outbox.failed': [event: { readonly file: string; readonly error: unknown }]
  'job.claimed': [event: Claim]
  'attempt.started': [event: AttemptStarted]
  'attempt.stopping': [event: AttemptStopping]
  'attempt.settled': [event: AttemptSettled]
  /** The store refused the end of an attempt: its lease had expired. */
  'attempt.refused': [event: { readonly job: JobId; readonly attempt: number }]
  'task.output': [event: TaskOutput]
  'task.progress': [event: TaskProgress]
  'process.exited': [event: ProcessExited]
  /** A process gets no more jobs: another one takes its place. */
  'process.replaced': [event: { readonly reason: ReplaceReason }]
  /** A fresh process does not have a task that the worker knew. */
  'task.missing': [event: { readonly task: string; readonly fault: string | null }]
  /** Slots that were due were decided. */
  'schedule.slots': [event: { readonly schedule: string; readonly records: readonly SlotRecord[] }]
  /** A schedule cannot be followed. */
  'schedule.faulty': [event: { readonly schedule: string; readonly why: string }]
  /** The wall clock was set back. */
  'clock.back': [event: { readonly byMs: number }]
  /** The clock was over a day ahead when slots were decided, until then: these schedules begin anew. */
  'schedules.anew': [event: { readonly schedules: readonly BegunAnew[] }]
  /** The clock was ahead when slots were decided: until then these schedules do not fire, so that nothing fires twice. */
  'schedules.ahead': [event: { readonly schedules: readonly BegunAnew[] }]
  /** An error ended a background loop. */
  'service.failed': [event: { readonly service: string; readonly error: unknown }]
  'store.unavailable': [event: { readonly error: Error }]
  /** Ends of attempts could not be stored, and are tried again. */
  'ends.refused': [event: { readonly error: Error }]
}

export class EngineEmitter extends EventEmitter<EngineEvents> {}
