import { UsageError } from '../domain/errors.js'
import { isTaskName, nearestName } from '../domain/names.js'
import { notifyTask } from '../domain/notification.js'
import { written } from '../domain/options.js'
import { shellTask } from '../domain/shell-task.js'
import { whyNoTask } from '../domain/task-function.js'
import type { Catalog, TaskInfo } from '../engine/ipc/messages.js'
import { definitionOf } from '../engine/task.js'
import type { LoadedTask, LoadedTasks } from '../engine/task-process/loaded-task.js'
import type { TaskFunction, TaskFunctions } from './engine.js'

/** The tasks of an engine: by name, and by function. */
export class RegisteredTasks implements LoadedTasks {
  readonly catalog: Catalog
  readonly #byName: ReadonlyMap<string, LoadedTask>

  constructor(tasks: readonly LoadedTask[], catalog: Catalog) {
    this.#byName = new Map(tasks.map((task) => [task.name, task]))
    this.catalog = catalog
  }

  get all(): Iterable<LoadedTask> {
    return this.#byName.values()
  }

  task(name: string): LoadedTask | undefined {
    return this.#byName.get(name)
  }

  /** The task of a name or a function. Throws UsageError if this engine has it not, or has the function by two names. */
  find(named: string | TaskFunction): LoadedTask {
    return typeof named === 'string' ? this.#named(named) : this.#of(named)
  }

  #named(name: string): LoadedTask {
    const task = this.#byName.get(name)
    if (task !== undefined) return task
    const nearest = nearestName(name, [...this.#byName.keys()])
    const some = [...this.#byName.keys()].slice(0, 10).join(', ')
    const hint = nearest === null ? `it has ${some || 'none'}` : `did you mean "${nearest}"?`
    throw new UsageError('E_UNKNOWN_TASK', `the engine has no task ${written(name)}`, hint)
  }

  #of(run: TaskFunction): LoadedTask {
    const [task, other] = [...this.#byName.values()].filter((candidate) => candidate.run === run)
    if (task !== undefined && other === undefined) return task
    const name = typeof run === 'function' ? run.name || '(without a name)' : written(run)
    if (task === undefined && typeof run !== 'function') {
      const hint = 'if it is imported, two modules may import each other'
      throw new UsageError('E_UNREGISTERED', `the task is ${name}, which is neither a name nor a function`, hint)
    }
    if (task === undefined) {
      const isOfDirectory = this.catalog.tasks.some(({ file }) => file !== '')
      const hint = isOfDirectory
        ? 'the engine has loaded the modules of its directory itself, so this one may be loaded twice: enqueue by the name'
        : 'pass it to createEngine({ tasks })'
      throw new UsageError('E_UNREGISTERED', `the engine has no task ${name}`, hint)
    }
    throw new UsageError(
      'E_UNREGISTERED',
      `the function ${name} is registered as ${task.name} and as ${other?.name}`,
      'enqueue it by one of these names',
    )
  }
}

/** The functions of an object as tasks. Throws UsageError `E_TASKS` if it has none, or a name or a value cannot be one. */
export function tasksOfObject(functions: TaskFunctions): RegisteredTasks {
  const found = Object.entries(functions).map(([name, run]) => taskOf(name, run))
  if (found.length === 0) {
    // A Map has none either.
    throw new UsageError('E_TASKS', 'tasks: the object has no functions', 'pass functions by their names: { send }')
  }
  const tasks = found.map(({ info }) => info)
  return new RegisteredTasks(
    found.map(({ task }) => task),
    { tasks, faults: [], isWhole: true, hasCompiled: false },
  )
}

function taskOf(name: string, run: unknown): { readonly task: LoadedTask; readonly info: TaskInfo } {
  if (!isTaskName(name) || name === shellTask || name === notifyTask) {
    throw new UsageError('E_TASKS', `tasks: ${written(name)} cannot be the name of a task`, 'rename it')
  }
  if (!isTask(run)) {
    const wanted = typeof run === 'function' ? 'a plain function' : 'a function'
    throw new UsageError(
      'E_TASKS',
      `tasks: ${name} is ${whyNoTask(run)}, not ${wanted}`,
      'pass functions by their names',
    )
  }
  const { defaults, schema, retryOn, dontRetryOn, graceMs, isolation, schedule } = definitionOf(run)
  const place = { file: '', line: 0, description: null, parameters: schema === null ? run.length : 0 }
  const info = { name, ...place, graceMs, isolation, kind: 'function' as const, schedule, ...defaults }
  return { task: { name, run, schema, retryOn, dontRetryOn, defaults }, info }
}

function isTask(value: unknown): value is LoadedTask['run'] {
  return whyNoTask(value) === null
}
