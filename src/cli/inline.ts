import { systemClock } from '../engine/clock.js'
import { InlineHost } from '../engine/executors/inline-host.js'
import type { PoolTasks } from '../engine/executors/task-pool.js'
import * as offstage from '../index.js'
import { discoverModules } from '../project/discover.js'
import type { Project } from '../project/find.js'
import { loadTasks } from '../project/load-tasks.js'
import { moduleLoader } from '../project/user-modules.js'

/** The tasks of a project in this very process, which works in the project's folder from now on. */
export function inlineTasks({ root, tasksFolder }: Project): PoolTasks {
  process.chdir(root)
  const load: ConstructorParameters<typeof InlineHost>[0] = (enqueue, loading) =>
    loadTasks(discoverModules(tasksFolder), moduleLoader(root, offstage), enqueue, loading)
  return { start: (listener) => new InlineHost(load, systemClock, listener), cwd: root }
}
