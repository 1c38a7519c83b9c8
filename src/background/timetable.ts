import type { AnyFunction } from './function-call.js'
import type { Recurring } from './recurrence.js'
import type { BackgroundTaskOptions } from './task-options.js'

/** A task that was added to a scheduler. */
export interface ScheduledTask {
  /** That of `with({ name })`; else that of the function. With an engine: the one that it is registered by. */
  readonly name: string
  /**
   * When it runs next; null: never again. With an engine: when it would have run first, since others may change the
   * schedule.
   */
  readonly nextAt: Date | null
  /** With an engine: resolves when the job or the schedule is stored, and rejects if it cannot be. Else it is resolved. */
  readonly ready: Promise<void>
  /**
   * Ends it; a run that has begun goes on. Resolves to false if it had no further run. With an engine: rejects with
   * StoreUnavailableError if the store cannot be written; then it has not ended. A schedule that others have changed
   * to another task or other arguments stays.
   */
  cancel(): Promise<boolean>
}

/** What keeps the times of a scheduler: this process, or an engine. */
export interface Timetable {
  /** Throws UsageError if an option cannot be used here. */
  check(options: BackgroundTaskOptions): void
  delayed(run: AnyFunction, args: readonly unknown[], delayMs: number, options: BackgroundTaskOptions): ScheduledTask
  recurring(run: AnyFunction, args: readonly unknown[], when: Recurring, options: BackgroundTaskOptions): ScheduledTask
  stop(): Promise<void>
}
