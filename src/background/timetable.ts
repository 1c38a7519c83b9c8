import type { AnyFunction } from './function-call.js'
import type { Recurrence } from './recurrence.js'
import type { TaskSettings } from './task-options.js'

/** A task that was added to a scheduler. */
export interface ScheduledTask {
  readonly name: string
  /** When it runs next; null: never again. */
  readonly nextAt: Date | null
  /** Ends it; a run that has begun goes on. Returns false if it had no further run. */
  cancel(): boolean
}

/** What keeps the times of a scheduler: this process, or an engine. */
export interface Timetable {
  delayed(run: AnyFunction, args: readonly unknown[], delayMs: number, settings: TaskSettings): ScheduledTask
  recurring(run: AnyFunction, args: readonly unknown[], recurrence: Recurrence, settings: TaskSettings): ScheduledTask
  stop(): Promise<void>
}
