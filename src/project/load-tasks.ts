import { readFileSync } from 'node:fs'
import { defaultGraceMs } from '../domain/job.js'
import { parseJson, toJsonText } from '../domain/json.js'
import { isTaskName } from '../domain/names.js'
import { plainTaskDefaults } from '../domain/request.js'
import type { TaskSchedule } from '../domain/schedule/options.js'
import type { LoadedTask, LoadedTasks } from '../engine/child/loaded-task.js'
import type { EnqueueFromTask } from '../engine/child/serve.js'
import type { ModuleFault, TaskInfo } from '../engine/protocol.js'
import { shellTask } from '../engine/shell-task.js'
import { bindTask, definitionOf } from '../engine/task.js'
import type { Discovery, TaskModule } from './discover.js'
import { describeLoadError } from './load-error.js'
import { hasCompiled } from './modules/compile.js'
import { loadModule } from './modules/load-module.js'

interface FoundTask extends LoadedTask {
  readonly info: TaskInfo
}

/**
 * Loads the modules of the task directory, one after the other, and registers what it exports. A module that cannot be
 * used is a fault that names its file; every other task is there all the same.
 */
export async function loadTasks(
  discovery: Discovery,
  enqueue: EnqueueFromTask,
  loading: (file: string) => void,
): Promise<LoadedTasks> {
  const faults = [...discovery.faults]
  const found: FoundTask[] = []
  for (const module of discovery.modules) {
    loading(module.file)
    try {
      found.push(...tasksOf(module, await loadModule(module.file), faults))
    } catch (thrown) {
      faults.push({ file: module.file, message: describeLoadError(module.file, thrown) })
    }
  }
  found.push(...discovery.programs.flatMap((program) => programTask(program, faults)))
  const tasks = withoutTwins(found, faults)
  for (const task of tasks.values()) {
    bindTask(task.run, { enqueue: (argsJson, options) => enqueue(task.name, argsJson, options) })
  }
  const infos = [...tasks.values()].map((task) => task.info).sort((a, b) => (a.name < b.name ? -1 : 1))
  return { tasks, catalog: { tasks: infos, faults, hasCompiled: hasCompiled() } }
}

function tasksOf(module: TaskModule, exported: unknown, faults: ModuleFault[]): FoundTask[] {
  const source = readFileSync(module.file, 'utf8')
  return exportedFunctions(exported).flatMap(([name, run]) => {
    const taskName = name === 'default' ? module.prefix : `${module.prefix}.${name}`
    if (isRefused(taskName, module.file, faults)) return []
    const { defaults, schema, dontRetryOn, graceMs, isolation, schedule } = definitionOf(run)
    const info = {
      name: taskName,
      file: module.file,
      line: lineOfExport(source, name),
      graceMs,
      isolation,
      executable: false,
      schedule: asData(schedule, module.file, faults),
      ...defaults,
    }
    return [{ name: taskName, run, schema, dontRetryOn, info }]
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

/** A program is run by the worker itself; here it is only known. */
function programTask({ file, prefix }: TaskModule, faults: ModuleFault[]): FoundTask[] {
  if (isRefused(prefix, file, faults)) return []
  const options = { graceMs: defaultGraceMs, isolation: 'shared', executable: true, schedule: null } as const
  const info = { name: prefix, file, line: 1, ...options, ...plainTaskDefaults, timeoutMs: null }
  const run = () => {
    throw new Error(`${prefix} is a program, and was handed to a task process`)
  }
  return [{ name: prefix, run, schema: null, dontRetryOn: [], info }]
}

function isRefused(name: string, file: string, faults: ModuleFault[]): boolean {
  const refuse = (message: string) => {
    faults.push({ file, message: `${file}: ${message}` })
    return true
  }
  if (name === shellTask) return refuse(`the task name "${shellTask}" is taken, by "run -- COMMAND"; rename it`)
  if (isTaskName(name)) return false
  return refuse(`${JSON.stringify(name)} cannot be a task's name; use letters, digits, "_" and "-"`)
}

type TaskFunction = (...args: unknown[]) => unknown

/** The functions among the exports: not classes, and not schemas, which some libraries make functions. */
function exportedFunctions(exported: unknown): [string, TaskFunction][] {
  if (typeof exported === 'function') return isTask(exported) ? [['default', exported]] : []
  if (typeof exported !== 'object' || exported === null) return []
  return Object.entries(exported).filter((entry): entry is [string, TaskFunction] => isTask(entry[1]))
}

function isTask(value: unknown): value is TaskFunction {
  if (typeof value !== 'function' || '~standard' in value) return false
  return !/^class\b/.test(Function.prototype.toString.call(value))
}

/** Of two tasks with one name neither can be meant: both go, and the fault names both files. */
function withoutTwins(found: readonly FoundTask[], faults: ModuleFault[]): Map<string, FoundTask> {
  const tasks = new Map<string, FoundTask>()
  const twins = new Set<string>()
  for (const task of found) {
    const twin = tasks.get(task.name)
    if (twin === undefined) {
      tasks.set(task.name, task)
      continue
    }
    twins.add(task.name)
    const message = `${task.info.file}: the task ${task.name} is in ${twin.info.file} too; rename one of them`
    faults.push({ file: task.info.file, message })
  }
  for (const name of twins) tasks.delete(name)
  return tasks
}

/** The line where a name is exported, by the text of the module: good enough to jump to. */
function lineOfExport(source: string, name: string): number {
  const word = name.replaceAll('$', '\\$')
  const patterns =
    name === 'default'
      ? [/^\s*export\s+default\b/m, /\bas\s+default\b/, /\bmodule\.exports\s*=/, /\bexports\.default\s*=/]
      : [
          new RegExp(`^\\s*export\\s+(?:async\\s+)?(?:function\\s*\\*?|const|let|var)\\s+${word}\\b`, 'm'),
          new RegExp(`\\bexports\\.${word}\\s*=`),
          new RegExp(`^\\s*(?:async\\s+)?(?:function\\s*\\*?|const|let|var)\\s+${word}\\b`, 'm'),
          new RegExp(`\\b${word}\\b`),
        ]
  const index = patterns.map((pattern) => source.search(pattern)).find((position) => position >= 0) ?? 0
  // A pattern may begin with the blank lines before it.
  const start = index + (/^\s*/.exec(source.slice(index))?.[0].length ?? 0)
  return source.slice(0, start).split('\n').length
}
