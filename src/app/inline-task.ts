import { systemClock } from '../engine/clock.js'
import { InlineHost } from '../engine/hosts/inline-host.js'
import type { PoolTasks } from '../engine/pool/task-pool.js'
import { discoverModules } from '../project/discover.js'
import type { Project } from '../project/find.js'
import { loadTasks } from '../project/load-tasks.js'

/** The task of a project that is wanted, in this very process, which works in the project's folder from now on. */
export function inlineTask({ root, tasksFolder }: Project, wanted: string): PoolTasks {
  process.chdir(root)
  const load: ConstructorParameters<typeof InlineHost>[0] = (enqueue, loading) =>
    loadTasks(discoverModules(tasksFolder), wanted, enqueue, loading)
  return { start: (emit) => new InlineHost(load, systemClock, emit), isInline: true, cwd: root }
}
