import { readFileSync } from 'node:fs'
import { everyError } from '../domain/error-class.js'
import { defaultGraceMs } from '../domain/job.js'
import { parseJson, toJsonText } from '../domain/json.js'
import { isTaskName } from '../domain/names.js'
import { notifyTask } from '../domain/notification.js'
import { plainTaskDefaults } from '../domain/request.js'
import type { TaskSchedule } from '../domain/schedule/options.js'
import { shellTask } from '../domain/shell-task.js'
import { whyNoTask } from '../domain/task-function.js'
import type { ModuleFault, TaskInfo } from '../engine/ipc/messages.js'
import { definitionOf } from '../engine/task.js'
import type { LoadedTask } from '../engine/task-process/loaded-task.js'
import type { TaskModule } from './discover.js'
import { startOfFile } from './file-start.js'
import { programFault } from './program-file.js'
import { descriptionElsewhere } from './re-exports.js'
import { descriptionOfScript, placeOf } from './task-place.js'

export interface FoundTask extends LoadedTask {
  readonly info: TaskInfo
}

/** The tasks among what a module exports. What of it cannot be one is a fault, and so is a module without any. */
export function tasksOf(module: TaskModule, exported: unknown, faults: ModuleFault[]): FoundTask[] {
  const { file, prefix } = module
  const all = exportedFunctions(exported)
  const functions = all.filter(([, run]) => whyNoTask(run) === null)
  if (all.length === 0) {
    const message = `${file}: exports no function, so it has no task; a file whose name begins with "_" needs none`
    faults.push({ file, message })
  }
  const source = readFileSync(file, 'utf8')
  for (const [name, run] of all) {
    if (whyNoTask(run) === null) continue
    const hint =
      'a task is a function that does the work itself: loop over it there, or put it into a file whose name begins with "_"'
    faults.push({ file, message: `${file}:${placeOf(source, name).line}: ${name} is ${whyNoTask(run)}; ${hint}` })
  }
  return functions.flatMap(([name, run]) => {
    const taskName = name === 'default' ? prefix : `${prefix}.${name}`
    if (isRefused(taskName, file, faults)) return []
    const { defaults, schema, retryOn, dontRetryOn, graceMs, isolation, schedule } = definitionOf(run)
    const { line, description } = placeOf(source, name)
    const info = {
      name: taskName,
      file,
      line,
      description: description ?? descriptionElsewhere(file, source, name),
      graceMs,
      isolation,
      kind: 'function' as const,
      parameters: schema === null ? run.length : 0, // what a schema makes of the arguments is its own
      schedule: asData(schedule, file, faults),
      ...defaults,
    }
    return [{ name: taskName, run, schema, retryOn, dontRetryOn, defaults, info }]
  })
}

/** What a task says of its schedule, as it can cross to the worker. */
function asData(schedule: TaskSchedule | null, file: string, faults: ModuleFault[]): TaskSchedule | null {
  try {
    return parseJson(toJsonText(schedule)) as TaskSchedule | null
  } catch (thrown) {
    faults.push({ file, message: `${file}: schedule: ${thrown instanceof Error ? thrown.message : String(thrown)}` })
    return null
  }
}

// A program may be large; its description is at its head.
const headBytes = 4_096

/** A program is run by the worker itself; here it is only known. */
export function programTask({ file, prefix }: TaskModule, faults: ModuleFault[]): FoundTask[] {
  if (isRefused(prefix, file, faults)) return []
  const fault = programFault(file)
  if (fault !== null) {
    faults.push({ file, message: fault })
    return []
  }
  const defaults = { ...plainTaskDefaults, timeoutMs: null }
  const options = {
    graceMs: defaultGraceMs,
    isolation: 'shared',
    kind: 'program',
    parameters: 0,
    schedule: null,
  } as const
  const description = descriptionOfScript(startOfFile(file, headBytes).toString('utf8'))
  const info = { name: prefix, file, line: 1, description, ...options, ...defaults }
  const run = () => {
    throw new Error(`${prefix} is a program, and was handed to a task process`)
  }
  return [{ name: prefix, run, schema: null, ...everyError, defaults, info }]
}

function isRefused(name: string, file: string, faults: ModuleFault[]): boolean {
  const refuse = (message: string) => {
    faults.push({ file, message: `${file}: ${message}` })
    return true
  }
  if (name === shellTask) return refuse(`the task name "${shellTask}" is taken, by "run -- COMMAND"; rename it`)
  if (name === notifyTask) return refuse(`the task name "${notifyTask}" is that of notifications; rename it`)
  if (isTaskName(name)) return false
  return refuse(`${JSON.stringify(name)} cannot be a task's name; use letters, digits, "_" and "-"`)
}

type TaskFunction = (...args: unknown[]) => unknown

/** The functions among the exports: not classes, and not schemas, which some libraries make functions. */
function exportedFunctions(exported: unknown): [string, TaskFunction][] {
  // Of CommonJS it may be a function, with others as its properties.
  const whole: [string, unknown][] = typeof exported === 'function' ? [['default', exported]] : []
  if (typeof exported !== 'function' && (typeof exported !== 'object' || exported === null)) return []
  const others = Object.entries(exported).filter(([name]) => whole.length === 0 || name !== 'default')
  return [...whole, ...others].filter((entry): entry is [string, TaskFunction] => isTask(entry[1]))
}

function isTask(value: unknown): value is TaskFunction {
  if (typeof value !== 'function' || '~standard' in value) return false
  return whyNoTask(value) !== 'a class'
}
