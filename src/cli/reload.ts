import { type Context, projectOf } from '../app/context.js'
import { startTasks } from '../app/start-tasks.js'
import type { Catalog, ModuleFault } from '../engine/ipc/messages.js'
import type { TaskPool } from '../engine/pool/task-pool.js'
import { watchCode } from '../project/watch.js'
import { say, sayOutput } from './say.js'
import type { ProjectTasks } from './session.js'

/**
 * Replaces the task processes of a worker whenever the code of its project changes. If a module cannot be loaded that
 * could be before, it says so and the old code stays. `loaded` gets what the new code has. Resolves, to how to stop, once
 * changes are seen.
 */
export async function reloadOnChange(context: Context, pool: TaskPool, loaded: Loaded): Promise<() => Promise<void>> {
  let { faults } = await pool.catalog
  let isLoading = false
  let isStale = false
  let attempt: TaskPool | null = null
  // A module whose top level never comes to an end does not even notice that its worker has gone.
  const killNow = () => attempt?.killNow()
  process.once('exit', killNow)
  const start = () => {
    attempt = startTasks(context, null, ({ text }) => sayOutput(text))
    return attempt
  }
  const reload = async () => {
    isLoading = true
    do {
      isStale = false
      const found = await tryToLoad(start, faults, loaded)
      if (found === null) continue
      faults = found.faults
      pool.replaceAll()
      say('the code has changed: jobs that begin now run the new one')
    } while (isStale)
    isLoading = false
  }
  const unwatch = await watchCode(projectOf(context), () => {
    isStale = true
    if (!isLoading) void reload()
  })
  return async () => {
    await unwatch()
    killNow()
    process.off('exit', killNow)
  }
}

type Loaded = (next: ProjectTasks) => Promise<void> | undefined

/** What the new code has; null, after saying why, if a module cannot be loaded that was not among the faults `before`. */
async function tryToLoad(
  start: () => TaskPool,
  before: readonly ModuleFault[],
  loaded: Loaded,
): Promise<Catalog | null> {
  try {
    const attempt = start()
    try {
      const catalog = await attempt.catalog
      for (const fault of catalog.faults) say(`faulty module: ${fault.message}`)
      if (catalog.faults.some(({ file }) => !before.some((fault) => fault.file === file))) {
        say('the code has changed, but not all of it can be loaded: jobs go on with the old one')
        return null
      }
      await loaded({ pool: attempt, catalog })
      return catalog
    } finally {
      await attempt.end()
    }
  } catch (thrown) {
    say(`the code has changed, but cannot be loaded: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    return null
  }
}
