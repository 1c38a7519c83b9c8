import { dirname } from 'node:path'
import { InlineHost } from '../engine/hosts/inline-host.js'
import type { StartHost } from '../engine/hosts/task-host.js'
import { TaskPool } from '../engine/pool/task-pool.js'
import type { EngineParts } from './engine-parts.js'

/** Runs the jobs of an engine in this process. */
export function inlinePool({
  clock,
  tasks,
  tasksFolder,
}: Pick<EngineParts, 'clock' | 'tasks' | 'tasksFolder'>): TaskPool {
  const start: StartHost = (emit) => new InlineHost(async () => tasks, [], clock, emit)
  const cwd = tasksFolder === null ? process.cwd() : dirname(tasksFolder)
  // Whoever may write to the store could otherwise run any command in the name of the server.
  return new TaskPool({ start, isInline: true, cwd, runsCommands: false }, clock, () => {})
}
