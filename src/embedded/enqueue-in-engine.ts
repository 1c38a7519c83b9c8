import { UsageError } from '../domain/errors.js'
import type { EnqueueOptions } from '../domain/request.js'
import { bindingOf } from '../engine/task.js'
import type { TaskArgs, TaskFunction } from './engine.js'
import type { SqliteHandle } from './outbox-handle.js'

/**
 * `engine.enqueueIn` of the one engine that has registered the function: writes a job into the database of the application,
 * as part of the transaction that is open on this connection. Throws UsageError as that does; `E_UNREGISTERED` if no engine
 * has the function, `E_TWO_ENGINES` if several have it.
 */
export function enqueueIn<Run extends TaskFunction>(
  db: SqliteHandle,
  task: Run,
  args: Readonly<TaskArgs<Run>>,
  options?: EnqueueOptions,
): void {
  const { owner } = bindingOf(task)
  if (!isEngine(owner)) {
    // In a task process the functions belong to the task directory.
    throw new UsageError('E_OUTBOX', 'enqueueIn: there is no engine in this process', 'call enqueue() in a task')
  }
  owner.enqueueIn(db, task, args, options)
}

interface RowWriter {
  enqueueIn(db: SqliteHandle, task: TaskFunction, args: readonly unknown[], options?: EnqueueOptions): void
}

function isEngine(owner: object): owner is RowWriter {
  return 'enqueueIn' in owner && typeof owner.enqueueIn === 'function'
}
