import type { Clock } from '../domain/clock.js'
import type { Retention } from '../domain/retention.js'
import type { Store } from '../stores/store.js'
import type { RegisteredTasks } from './registered-tasks.js'

/** What an engine is made of. */
export interface EngineParts {
  readonly store: Store
  readonly clock: Clock
  readonly tasks: RegisteredTasks
  readonly retention: Retention
}
