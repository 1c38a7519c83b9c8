import { EventEmitter } from 'node:events'
import type { ClaimedJob, JobId, WorkerId } from '../domain/job.js'
import type { Outcome } from '../domain/outcome.js'
import type { SlotRecord } from '../domain/schedule/schedule.js'
import type { TaskOutput, TaskProgress } from './ipc/messages.js'

/** What the engine tells: logs, the terminal and tests listen. */
export interface EngineEvents {
  /** The lease was over: what the worker ran is lost, and it goes on as `next`. */
  'worker.evicted': [worker: WorkerId, next: WorkerId]
  /** The end of an attempt is stored. */
  'attempt.settled': [job: ClaimedJob, outcome: Outcome]
  /** The end of an attempt was refused: its lease was over. */
  'attempt.refused': [job: JobId, attempt: number]
  'task.output': [output: TaskOutput]
  'task.progress': [progress: TaskProgress]
  'process.exited': [description: string]
  /** What was decided of slots that were due. */
  'schedule.slots': [schedule: string, records: readonly SlotRecord[]]
  /** A schedule cannot be followed. */
  'schedule.faulty': [schedule: string, why: string]
  /** The clock on the wall was set back, by so many milliseconds. */
  'clock.back': [byMs: number]
  /** A background loop met an error that it cannot go on after. */
  'service.failed': [name: string, error: unknown]
  'store.unavailable': [error: Error]
}

export class EngineEmitter extends EventEmitter<EngineEvents> {}
