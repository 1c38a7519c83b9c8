import { ProjectError } from '../domain/errors.js'
import { shellTask } from '../domain/shell-task.js'
import { systemClock } from '../engine/clock.js'
import type { OuterStreams } from '../engine/hosts/command.js'
import { inProcesses } from '../engine/hosts/process-host.js'
import type { TaskOutput } from '../engine/ipc/messages.js'
import { TaskPool } from '../engine/pool/task-pool.js'
import { taskProgram } from '../project/task-program.js'
import { type Context, projectOf } from './context.js'
import { deliveryOf } from './notifications/deliver.js'

/**
 * Starts a task process of the project with the tasks that `pattern` (a name or a glob) selects; null: all. It loads
 * only modules that may have them, and none for the built-in task. `output` gets what modules write while they load.
 * Throws ProjectError if there is no project.
 */
export function startTasks(context: Context, pattern: string | null, output: (output: TaskOutput) => void): TaskPool {
  if (pattern === shellTask) return startCommands(context, null)
  const project = projectOf(context)
  const program = taskProgram(project, pattern, context.maxMemoryBytes)
  const tasks = { ...inProcesses(program, systemClock), ...deliveryOf(project) }
  return new TaskPool(tasks, systemClock, output)
}

/**
 * The tasks of a worker or a scheduler: where there is no project, the built-in task alone. `runsCommands`: whether that one
 * is among them. Throws ProjectError where that leaves none.
 */
export function startAllTasks(context: Context, runsCommands: boolean, output: (output: TaskOutput) => void): TaskPool {
  if (context.project === null) {
    if (runsCommands) return startCommands(context, null)
    throw new ProjectError(
      'E_NO_PROJECT',
      `there is no project at ${context.from}, and commands from a store on Redis are not allowed here`,
      'say where the project is with --cwd, or add --allow-commands',
    )
  }
  const program = taskProgram(context.project, null, context.maxMemoryBytes)
  const tasks = { ...inProcesses(program, systemClock), ...deliveryOf(context.project), runsCommands }
  return new TaskPool(tasks, systemClock, output)
}

/** A pool for the built-in task alone, which needs no project. A command has the streams of `outer`. */
export function startCommands({ project }: Context, outer: OuterStreams | null): TaskPool {
  const streams = outer === null ? {} : { outer }
  const tasks = { start: null, cwd: process.cwd(), ...streams, ...deliveryOf(project) }
  return new TaskPool(tasks, systemClock, () => {})
}
