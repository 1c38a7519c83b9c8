import { shellTask } from '../domain/shell-task.js'
import { systemClock } from '../engine/clock.js'
import { guardProcess } from '../engine/hosts/inline-guards.js'
import { InlineHost } from '../engine/hosts/inline-host.js'
import type { StartHost } from '../engine/hosts/task-host.js'
import type { TaskOutput } from '../engine/ipc/messages.js'
import { TaskPool } from '../engine/pool/task-pool.js'
import { discoverModules } from '../project/discover.js'
import { loadTasks } from '../project/load-tasks.js'
import { type Context, projectOf } from './context.js'
import { deliveryOf } from './notifications/deliver.js'
import { startCommands } from './start-tasks.js'

/**
 * As `startTasks`, but in this very process, where a debugger can see the task. The process works in the project's
 * folder from now on.
 */
export function startInline(context: Context, pattern: string, output: (output: TaskOutput) => void): TaskPool {
  if (pattern === shellTask) return startCommands(context, null)
  const project = projectOf(context)
  const { root, tasksFolder } = project
  process.chdir(root)
  const load: ConstructorParameters<typeof InlineHost>[0] = (enqueue, loading) =>
    loadTasks(discoverModules(tasksFolder), pattern, enqueue, loading)
  const start: StartHost = (emit) => {
    // Before the host: modules print while they load.
    const release = guardProcess(systemClock, emit, (thrown) => host.fail(thrown))
    const host: InlineHost = new InlineHost(load, context.redact, systemClock, emit, release)
    return host
  }
  return new TaskPool({ start, isInline: true, cwd: root, ...deliveryOf(project) }, systemClock, output)
}
