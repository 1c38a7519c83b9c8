import type { JobError } from './failure.js'
import type { Backoff } from './retry.js'

/** Wall-clock time: milliseconds since 1970 UTC. */
export type EpochMs = number
/** A job's id as people see it: `j42`. */
export type JobId = string
/** A worker's id: `w7`. A worker that lost its lease goes on under a new one. */
export type WorkerId = string

export const jobStates = ['scheduled', 'queued', 'running', 'completed', 'failed', 'cancelled'] as const
export type JobState = (typeof jobStates)[number]

/** Why a job or an attempt `failed`: it threw, took too long, its process died, or it was not started in time. */
export const failureReasons = ['error', 'timeout', 'lost', 'expired'] as const
export type FailureReason = (typeof failureReasons)[number]

/** What ended an attempt. */
export type EndedBy = 'return' | 'throw' | 'signal' | 'abandoned' | 'killed' | 'exit' | 'lost' | 'released'

export const defaultQueue = 'default'
export const defaultTimeoutMs = 15 * 60_000
/** From the signal that asks a job to stop to the step that ends it. */
export const defaultGraceMs = 5_000
export const priorityRange = { lowest: -100, highest: 100 } as const

/** Deaths of its process that a job may have in all, and while it was alone there, before it is `failed` as `lost`. */
export const maxLosses = 10
export const maxLossesAlone = 3

/** What to do when a job with the same unique key is not final yet. */
export type KeyPolicy = 'skip' | 'replace' | 'error'

/** A request to run a task, checked and complete: what a store is given. */
export interface NewJob {
  readonly task: string
  /** The arguments in call order, as the JSON text of an array. */
  readonly argsJson: string
  readonly queue: string
  readonly priority: number
  /** When it may run first; a time that has passed means at once. */
  readonly dueAt: EpochMs
  /** Not started by then, it fails as `expired`; a job that has been started once does not expire any more. */
  readonly expiresAt: EpochMs | null
  readonly maxRetries: number
  /** null: the default waits. */
  readonly backoff: Backoff | null
  /** Of one attempt; null: no limit. */
  readonly timeoutMs: number | null
  /** `forMs`: for how long the key stays taken after the end of the job. */
  readonly key: { readonly name: string; readonly policy: KeyPolicy; readonly forMs: number } | null
  /** Only this worker may run it, for as long as that worker lives. */
  readonly reservedFor: WorkerId | null
  /** Whether it ends as `lost` when that worker does: its input is with that worker alone. */
  readonly lostWithWorker: boolean
  /** The trace context of whoever enqueued it, as W3C headers in JSON text; null: none. */
  readonly trace: string | null
  /** Stores the job only once, however often it is enqueued with this token. */
  readonly token?: EnqueueToken
}

/** Marks enqueues of one and the same job. */
export interface EnqueueToken {
  /** A random text. */
  readonly value: string
  /**
   * A store refuses the token later than this, unless it knows it: whoever read the job long ago must look again whether it
   * is still to be enqueued.
   */
  readonly validUntil: EpochMs
}

/** The state of a job as it is stored. */
export interface Job {
  readonly id: JobId
  readonly task: string
  readonly argsJson: string
  readonly queue: string
  readonly state: JobState
  readonly reason: FailureReason | null
  readonly priority: number
  readonly key: string | null
  readonly createdAt: EpochMs
  readonly dueAt: EpochMs
  readonly expiresAt: EpochMs | null
  /** Of the last attempt; null after one that was given back unstarted. */
  readonly startedAt: EpochMs | null
  readonly endedAt: EpochMs | null
  /** The fencing token: counts every claim and never goes back. */
  readonly attempt: number
  /** Attempts that threw or timed out: what the retry policy counts. */
  readonly failures: number
  /** Attempts whose process died; `lossesAlone` of them while the job was alone in it. */
  readonly losses: number
  readonly lossesAlone: number
  /** How often in a row its task has asked to run later. */
  readonly postponements: number
  /** Its task process died while it ran, and it has not ended well since: it runs alone next. */
  readonly suspect: boolean
  readonly maxRetries: number
  readonly backoff: Backoff | null
  readonly timeoutMs: number | null
  /** Of a completed job: JSON text, or `noResult` if it returned nothing. */
  readonly resultJson: string | null
  /** Of the last attempt that failed; null once the job has completed. */
  readonly error: JobError | null
  /** The foreground run that alone may run it while that worker lives. An ended job keeps it. */
  readonly reservedFor: WorkerId | null
  /** Whether it ends as `lost` when that worker does. */
  readonly lostWithWorker: boolean
  readonly trace: string | null
  /** Whether somebody wants it cancelled while it runs. */
  readonly cancelRequested: boolean
  /** Who runs it, or ran it last. */
  readonly worker: WorkerId | null
  /** What ended the last attempt; null while it runs. */
  readonly endedBy: EndedBy | null
  /** The schedule that it came from, and the slot of that; null if somebody enqueued it. */
  readonly schedule: { readonly name: string; readonly slot: EpochMs } | null
}

/** What one who runs a job must know of it; `slot` is that of its schedule, if it came from one. */
export type ClaimedJob = Pick<
  Job,
  | 'id'
  | 'task'
  | 'argsJson'
  | 'queue'
  | 'attempt'
  | 'failures'
  | 'losses'
  | 'lossesAlone'
  | 'postponements'
  | 'suspect'
  | 'maxRetries'
  | 'backoff'
  | 'timeoutMs'
  | 'dueAt'
  | 'trace'
> & { readonly slot: EpochMs | null }

/** One line of what a job has printed. */
export interface OutputLine {
  readonly line: number
  readonly at: EpochMs
  readonly stream: 'stdout' | 'stderr'
  /** Without its line end. */
  readonly text: string
}

/** How far a job is, by its own account. */
export interface Progress {
  /** 0 to 1. */
  readonly fraction: number
  readonly message: string | null
}

/** The resources that an attempt used. Known only of attempts with a process of their own. */
export interface Usage {
  /** The most memory that was seen. */
  readonly peakBytes: number | null
  readonly cpuMs: number | null
}

export type AttemptState = 'running' | 'completed' | 'failed' | 'cancelled' | 'released'

/** One execution of a job. */
export interface Attempt {
  readonly attempt: number
  readonly state: AttemptState
  readonly reason: FailureReason | null
  readonly startedAt: EpochMs
  readonly endedAt: EpochMs | null
  readonly error: JobError | null
  readonly worker: WorkerId | null
  readonly endedBy: EndedBy | null
  readonly usage: Usage | null
}

/** The number in a job's or worker's id. `42` is understood for `j42`; null if `text` is no such id. */
export function idNumber(text: string, letter: 'j' | 'w'): number | null {
  const digits = text.startsWith(letter) ? text.slice(1) : text
  if (!/^[1-9]\d{0,15}$/.test(digits)) return null
  const value = Number(digits)
  return Number.isSafeInteger(value) ? value : null
}

/** Whether the text is the id of a job: `j42` or `42`; answers it as `j42`, or null. */
export function parseJobId(text: string): JobId | null {
  const value = idNumber(text, 'j')
  return value === null ? null : `j${value}`
}
