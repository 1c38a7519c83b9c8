import { expect } from 'vitest'
import type { TaskArgs, TaskFunction } from '../embedded/engine.js'
import { type AnyTestEngine, findJobs, type JobFields } from './assertions.js'
import type { TestEngine } from './test-engine.js'

/** The arguments of a task. A matcher such as `expect.any(String)` may stand at any place: it has the type `any`. */
type ExpectedArgs<Engine, Task> = Task extends TaskFunction
  ? TaskArgs<Task>
  : Engine extends TestEngine<infer Tasks>
    ? Task extends keyof Tasks
      ? TaskArgs<Tasks[Task]>
      : never
    : readonly unknown[]

/** The names of an engine's tasks, or their functions. */
type Named<Engine> = TaskFunction | (Engine extends TestEngine<infer Tasks> ? keyof Tasks & string : string)

interface EnqueuedMatchers<R, Engine> {
  /** A job of the task was enqueued, whatever became of it. `args` and `fields` may have matchers; left out, all match. */
  toHaveEnqueued<Task extends Named<Engine>>(task: Task, args?: ExpectedArgs<Engine, Task>, fields?: JobFields): R
  /** A job of the task has completed. */
  toHaveCompleted<Task extends Named<Engine>>(task: Task, args?: ExpectedArgs<Engine, Task>, fields?: JobFields): R
  /** A job of the task has failed for good. `error`: a part of its message, or a pattern. */
  toHaveFailed<Task extends Named<Engine>>(task: Task, args?: ExpectedArgs<Engine, Task>, error?: string | RegExp): R
}

declare module 'vitest' {
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown>
    extends EnqueuedMatchers<R, T> {}
}

function result(
  engine: AnyTestEngine,
  task: string | TaskFunction,
  args: readonly unknown[] | undefined,
  fields: JobFields,
) {
  if (typeof (engine as Partial<AnyTestEngine> | null)?.jobsFor !== 'function') {
    throw new TypeError('expect() got no engine of createTestEngine()')
  }
  const { found, message } = findJobs(engine, task, args, fields)
  const pass = found.length > 0
  return { pass, message: () => message(!pass) }
}

expect.extend({
  toHaveEnqueued: (engine, task, args, fields = {}) => result(engine, task, args, fields),
  toHaveCompleted: (engine, task, args, fields = {}) => result(engine, task, args, { ...fields, state: 'completed' }),
  toHaveFailed: (engine, task, args, error) =>
    result(engine, task, args, { state: 'failed', ...(error === undefined ? {} : { error: errorLike(error) }) }),
})

/** A matcher of the error of a job. */
function errorLike(error: string | RegExp): never {
  const message = typeof error === 'string' ? expect.stringContaining(error) : expect.stringMatching(error)
  return expect.objectContaining({ message }) as never
}
