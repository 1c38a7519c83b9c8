import { systemClock } from '../engine/clock.js'
import { inProcesses } from '../engine/hosts/process-host.js'
import type { TaskOutput } from '../engine/ipc/messages.js'
import { TaskPool } from '../engine/pool/task-pool.js'
import { taskProgram } from '../project/task-program.js'
import { type Context, projectOf } from './context.js'

/**
 * Starts the task process of the project, with the tasks that `wanted` means, a name or a glob; null: all. `output` hears
 * what its modules write. Throws ProjectError if there is none.
 */
export function startTasks(context: Context, wanted: string | null, output: (output: TaskOutput) => void): TaskPool {
  const program = taskProgram(projectOf(context), wanted, context.maxMemoryBytes)
  return new TaskPool(inProcesses(program, systemClock), systemClock, output)
}
