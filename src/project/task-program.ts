import { join } from 'node:path'
import { ProjectError } from '../domain/errors.js'
import type { TaskProgram } from '../engine/hosts/process-host.js'
import { packageRoot } from '../engine/package-root.js'
import { isFolder, type Project } from './find.js'

// Much longer than a large module takes to compile on a slow machine, and short enough to notice one that hangs.
const loadLimitMs = 60_000

const megabyte = 1024 * 1024

/**
 * How a task process of a project is started. What V8 keeps has the limit of the whole process: it gives up by itself,
 * and says why. It loads the modules that may have the tasks of `pattern`, a name or a glob; null: all modules. Throws
 * ProjectError if there is no task directory.
 */
export function taskProgram(
  { root, tasksFolder, redact }: Project,
  pattern: string | null,
  maxMemoryBytes: number | null,
): TaskProgram {
  if (!isFolder(tasksFolder)) {
    throw new ProjectError(
      'E_NO_TASKS',
      `the task directory ${tasksFolder} does not exist`,
      'create it with a module that exports a function, or name another one as "tasks" in the config',
    )
  }
  const program = entry()
  const heap = maxMemoryBytes === null ? [] : [`--max-old-space-size=${Math.ceil(maxMemoryBytes / megabyte)}`]
  const execArgv = [...heap, ...program.execArgv]
  return {
    ...program,
    execArgv,
    args: [
      'tasks',
      tasksFolder,
      ...(pattern === null ? [] : [`--only=${pattern}`]),
      ...redact.map((key) => `--redact=${key}`),
    ],
    cwd: root,
    loadLimitMs,
  }
}

/** How the process is started that posts a notification: `file` with `argv`. */
export function notifyProgram(): { readonly file: string; readonly argv: readonly string[] } {
  const { entry: file, execArgv } = entry('notify-process')
  return { file: process.execPath, argv: [...execArgv, file] }
}

/** How the short-lived process is started that evaluates a config file. */
export function configProgram(file: string, cwd: string): TaskProgram {
  return { ...entry(), args: ['config', file], cwd, loadLimitMs }
}

// Half the memory of a busy task process, and no slower where it was measured: V8 would let its young objects have 48
// MB.
const youngSpace = '--max-semi-space-size=2'

// Bundled, the entry is a file of dist; run from source, it is TypeScript.
function entry(name: 'task-process' | 'notify-process' = 'task-process'): Pick<TaskProgram, 'entry' | 'execArgv'> {
  if (!import.meta.url.endsWith('.ts')) {
    return { entry: join(packageRoot, `dist/src/${name}.js`), execArgv: [youngSpace] }
  }
  const execArgv = [youngSpace, '--import', import.meta.resolve('tsx')]
  return { entry: join(packageRoot, `src/${name}.ts`), execArgv }
}
