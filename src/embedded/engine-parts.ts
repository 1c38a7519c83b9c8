import type { Clock } from '../domain/clock.js'
import type { Retention } from '../domain/retention.js'
import type { Store } from '../stores/store.js'
import type { Outboxes } from './outboxes.js'
import type { RegisteredTasks } from './registered-tasks.js'

/** What an engine is made of. */
export interface EngineParts {
  readonly store: Store
  readonly clock: Clock
  readonly tasks: RegisteredTasks
  /** Absolute; null if the tasks are functions of the program, which no other process can load. */
  readonly tasksFolder: string | null
  readonly retention: Retention
  /** null: rows cannot be written. */
  readonly outboxes: Outboxes | null
}
