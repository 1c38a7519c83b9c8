import type { Clock } from '../domain/clock.js'
import type { EnqueueOptions } from '../domain/request.js'
import type { Retention } from '../domain/retention.js'
import type { Store } from '../stores/store.js'
import type { OutboxTask } from './enqueue-in.js'
import type { SqliteHandle } from './outbox-handle.js'
import type { RegisteredTasks } from './registered-tasks.js'

/** What an engine is made of. */
export interface EngineParts {
  readonly store: Store
  readonly clock: Clock
  readonly tasks: RegisteredTasks
  /** Absolute; null if the tasks are functions of the program, which no other process can load. */
  readonly tasksFolder: string | null
  readonly retention: Retention
  /** Of schedules of the tasks that name none. */
  readonly tz: string
  /** null: rows cannot be written. */
  readonly outboxes: EngineOutbox | null
}

/** Where rows of jobs are written, and who makes jobs of them. */
export interface EngineOutbox {
  /** Throws UsageError, and what the driver throws. Nothing is written then. */
  enqueueIn(db: SqliteHandle, task: OutboxTask, argsJson: string, options: EnqueueOptions): void
  /** Between two batches. */
  close(): Promise<void>
}
