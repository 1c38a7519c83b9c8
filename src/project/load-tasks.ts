import { bindTask, registerLateBy } from '../engine/task.js'
import type { LoadedTasks } from '../engine/task-process/loaded-task.js'
import type { EnqueueFromTask } from '../engine/task-process/serve.js'
import type { Discovery } from './discover.js'
import { TaskDirectory } from './task-directory.js'

/**
 * Loads the modules of a task directory and registers what they export: all of them, or those that may have the task
 * that `pattern`, a name or a glob, selects. If these have neither the task nor a fault, it loads the others too, so
 * that an error can then suggest names.
 */
export async function loadTasks(
  discovery: Discovery,
  pattern: string | null,
  enqueue: EnqueueFromTask,
  loading: (file: string) => void,
): Promise<LoadedTasks> {
  const directory: TaskDirectory = new TaskDirectory(discovery, (task) =>
    bindTask(task.run, { owner: directory, enqueue: (argsJson, options) => enqueue(task, argsJson, options) }),
  )
  await directory.load(pattern, loading)
  if (pattern !== null && directory.faults.length === 0 && !directory.has(pattern)) await directory.load(null, loading)
  registerLateBy((run) => directory.find(run))
  return directory
}
