import type { ModuleFault } from '../engine/protocol.js'
import type { Context } from './context.js'
import type { TaskItem } from './render/tasks.js'
import { withTasks } from './session.js'

/** The tasks of the project, and what is wrong with its modules. */
export function listTasks(
  context: Context,
): Promise<{ readonly items: readonly TaskItem[]; readonly faults: readonly ModuleFault[] }> {
  return withTasks(context, async ({ catalog: { tasks, faults } }) => ({
    items: tasks.map(({ name, file, line, queue, maxRetries, timeoutMs }) => ({
      name,
      file,
      line,
      queue,
      maxRetries,
      timeoutMs,
      schedule: null,
    })),
    faults,
  }))
}
