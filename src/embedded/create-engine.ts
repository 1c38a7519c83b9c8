import { UsageError } from '../domain/errors.js'
import { refuseUnknownOptions, written } from '../domain/options.js'
import { parseRetention } from '../domain/retention.js'
import type { Engine, EngineOptions, TaskFunctions } from './engine.js'

const optionNames: readonly (keyof EngineOptions | 'tasks')[] = ['store', 'tasks', 'retention']

/**
 * An engine for a program of your own, such as a web server: it enqueues jobs of these tasks, and runs them if you start a
 * worker. It leaves the process as it is: no handlers of signals or errors, nothing captured. `tasks` is an object of
 * functions by name. Throws UsageError if an option is wrong, and StoreUnavailableError.
 */
export async function createEngine<Tasks extends TaskFunctions>(
  options: EngineOptions & { readonly tasks: Tasks },
): Promise<Engine<Tasks>> {
  refuseUnknownOptions(options, optionNames, 'createEngine()')
  const retention = parseRetention(options.retention ?? {}, 'retention')
  if (typeof options.tasks !== 'object' || options.tasks === null) {
    throw new UsageError('E_TASKS', `tasks: ${written(options.tasks)} is no object of functions`)
  }
  // Loaded here: a task module that imports this package for task() needs nothing of it.
  const [{ EmbeddedEngine }, { tasksOfObject }, { openStoreApart, parseStoreUrl, defaultStoreUrl }, { systemClock }] =
    await Promise.all([
      import('./embedded-engine.js'),
      import('./registered-tasks.js'),
      import('../open.js'),
      import('../engine/clock.js'),
    ])
  const tasks = tasksOfObject(options.tasks)
  const store = await openStoreApart(parseStoreUrl(options.store ?? defaultStoreUrl, process.cwd()), systemClock)
  return new EmbeddedEngine<Tasks>({ store, clock: systemClock, tasks, retention })
}
