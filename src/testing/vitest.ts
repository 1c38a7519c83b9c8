import { expect } from 'vitest'
import { UsageError } from '../domain/errors.js'
import { written } from '../domain/options.js'
import type { JobRecord, TaskArgs, TaskFunction } from '../embedded/engine.js'
import { type AnyTestEngine, findJobs, type JobFields } from './assertions.js'
import { argsText } from './job-text.js'
import type { Matcher } from './matches.js'
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
  call: string,
) {
  const { found, message } = findJobs(engine, task, args, fields, call)
  const pass = found.length > 0
  return { pass, message: () => message(!pass) }
}

expect.extend({
  toHaveEnqueued: (engine, task, args, fields = {}) => result(engine, task, args, fields, 'toHaveEnqueued()'),
  toHaveCompleted: (engine, task, args, fields = {}) =>
    result(engine, task, args, { ...fieldsOf(fields), state: 'completed' }, 'toHaveCompleted()'),
  toHaveFailed: (engine, task, args, error) =>
    result(engine, task, args, { state: 'failed', ...withError(error) }, 'toHaveFailed()'),
})

/** A spread makes fields of a text or a list. */
function fieldsOf(fields: unknown): object {
  if (typeof fields === 'object' && fields !== null) return fields
  throw new UsageError('E_OPTION', `toHaveCompleted(): ${written(fields)} are no fields of a job`)
}

function withError(error: unknown): JobFields {
  if (error === undefined) return {}
  if (typeof error === 'string' || error instanceof RegExp) return { error: errorLike(error) as never }
  const hint = 'write a part of its message, or a pattern'
  throw new UsageError('E_OPTION', `toHaveFailed(): ${written(error)} is no text of an error`, hint)
}

/** A matcher of the error of a job, which is shown as it was written. */
function errorLike(error: string | RegExp): Matcher {
  const isLike = (message: string) => (typeof error === 'string' ? message.includes(error) : message.search(error) >= 0)
  return {
    asymmetricMatch: (found) => isLike((found as JobRecord['error'])?.message ?? ''),
    toAsymmetricMatcher: () => argsText(error),
  }
}
