import { UsageError } from '../domain/errors.js'
import { refuseUnknownOptions, written } from '../domain/options.js'
import { parseRetention } from '../domain/retention.js'
import { timeZone } from '../domain/schedule/zone-names.js'
import type { Engine, EngineOptions, TaskFunctions } from './engine.js'

const optionNames: readonly (keyof EngineOptions | 'tasks')[] = ['store', 'tasks', 'outbox', 'retention', 'tz']

/**
 * An engine for a program of your own, such as a web server: it enqueues jobs of these tasks, and runs them if you start a
 * worker. It leaves the process as it is: no handlers of signals or errors, nothing captured. `tasks` is an object of
 * functions by name, or the path of a task directory, whose modules are loaded by plain `import()`. A module that cannot be
 * used is in `faults` and in a warning of the process. Throws UsageError if an option is wrong, ProjectError if a directory
 * has no task that can be used, and StoreUnavailableError.
 */
export function createEngine(options: EngineOptions & { readonly tasks: string }): Promise<Engine>
// Last: compilers report a mistake by the last overload.
export function createEngine<Tasks extends object & TaskFunctions<Tasks>>(
  options: EngineOptions & { readonly tasks: Tasks },
): Promise<Engine<Tasks>>
export async function createEngine(options: EngineOptions & { readonly tasks: TaskFunctions | string }) {
  refuseUnknownOptions(options, optionNames, 'createEngine()')
  const retention = parseRetention(options.retention ?? {}, 'retention')
  const tz = options.tz === undefined ? 'UTC' : timeZone(options.tz, 'tz')
  const { tasks: given, store: url, outbox } = options
  if (given instanceof URL || (typeof given === 'string' && /^(file:|$)/.test(given))) {
    const hint = "write a path, such as './tasks' or import.meta.dirname + '/tasks'"
    throw new UsageError('E_TASKS', `tasks: ${written(String(given))} is no path of a folder`, hint)
  }
  if (typeof given !== 'string' && (typeof given !== 'object' || given === null || Array.isArray(given))) {
    throw new UsageError(
      'E_TASKS',
      `tasks: ${written(given)} is neither an object of functions nor a folder`,
      "write tasks: { send }, or tasks: './tasks'",
    )
  }
  // Loaded here: a task module that imports this package for task() needs nothing of it.
  const { openEngine } = await import('./open-engine.js')
  return openEngine(url, given, retention, tz, outbox)
}
