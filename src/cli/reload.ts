import type { TaskPool } from '../engine/executors/task-pool.js'
import { watchCode } from '../project/watch.js'
import { type Context, projectOf, startTasks } from './context.js'
import { say, sayOutput } from './say.js'
import type { ProjectTasks } from './session.js'

/**
 * Replaces the task processes of a worker whenever the code of its project changes. Code that cannot be loaded is told of,
 * and the old one stays. `loaded` hears what the new one has. Resolves, to how to stop, once changes are seen.
 */
export function reloadOnChange(context: Context, pool: TaskPool, loaded: Loaded): Promise<() => Promise<void>> {
  let isLoading = false
  let isStale = false
  let attempt: TaskPool | null = null
  // A module whose top level never comes to an end does not even notice that its worker has gone.
  const killNow = () => attempt?.killNow()
  process.once('exit', killNow)
  const start = () => {
    attempt = startTasks(context, ({ text }) => sayOutput(text))
    return attempt
  }
  const reload = async () => {
    isLoading = true
    do {
      isStale = false
      if (await canBeLoaded(start, loaded)) {
        pool.replaceAll()
        say('the code has changed: jobs that begin now run the new one')
      }
    } while (isStale)
    isLoading = false
  }
  const watching = watchCode(projectOf(context), () => {
    isStale = true
    if (!isLoading) void reload()
  })
  return watching.then((unwatch) => async () => {
    await unwatch()
    killNow()
    process.off('exit', killNow)
  })
}

type Loaded = (next: ProjectTasks) => Promise<void> | undefined

async function canBeLoaded(start: () => TaskPool, loaded: Loaded): Promise<boolean> {
  try {
    const attempt = start()
    try {
      const catalog = await attempt.catalog
      const { faults } = catalog
      for (const fault of faults) say(`faulty module: ${fault.message}`)
      if (faults.length > 0) say('the code has changed, but not all of it can be loaded: jobs go on with the old one')
      if (faults.length === 0) await loaded({ pool: attempt, catalog })
      return faults.length === 0
    } finally {
      await attempt.end()
    }
  } catch (thrown) {
    say(`the code has changed, but cannot be loaded: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    return false
  }
}
