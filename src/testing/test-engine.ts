import type { Duration } from '../domain/duration.js'
import type { JobId } from '../domain/job.js'
import type { Engine, FinishedOptions, JobRecord, TaskFunction, TaskFunctions } from '../embedded/engine.js'

/**
 * An engine in memory, whose time a test moves. `enqueueIn()` takes any connection, also one to a database in memory: a
 * committed row is a job at the next `advance()`, `drain()` or `jobsFor()`.
 */
export interface TestEngine<Tasks extends TaskFunctions<Tasks> = TaskFunctions> extends Engine<Tasks> {
  /**
   * Time passes: jobs that become due by then run at their time and in order, with what they enqueue. A job that waits for
   * something real, such as an answer over HTTP, has a quarter of a second of real time; then the clock goes on without it.
   * Rejects with UsageError if the duration cannot be read.
   */
  advance(duration: Duration): Promise<void>
  /**
   * Runs all jobs that are due, with what they enqueue, and resolves when none is queued or runs. It waits for their
   * promises, however long they take. Time stands still, but for milliseconds: what waits for a later time, such as a
   * retry, goes on waiting.
   */
  drain(): Promise<void>
  /**
   * Resolves when the job has ended. Jobs run only while `advance()` or `drain()` does, so it waits for ever if the test does not
   * call one of these meanwhile, or the job is not due by then: give it a `signal`.
   */
  finished(id: JobId, options?: FinishedOptions): Promise<JobRecord>
  /** All jobs of a task as they are now, oldest first; without a task, of all tasks. */
  jobsFor(task?: string | TaskFunction): readonly JobRecord[]
  /** What time it is in this engine. */
  now(): Date
}
