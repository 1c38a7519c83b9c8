import { ProjectError } from '../domain/errors.js'
import type { TaskProgram } from '../engine/hosts/process-host.js'
import { isFolder, type Project } from './find.js'
import { ownProgram } from './own-program.js'

// Much longer than a large module takes to compile on a slow machine, and short enough to notice one that hangs.
const loadLimitMs = 60_000

const megabyte = 1024 * 1024

/** Throws ProjectError if there is no task directory. */
export function refuseMissingTasks({ tasksFolder }: Pick<Project, 'tasksFolder'>): void {
  if (isFolder(tasksFolder)) return
  throw new ProjectError(
    'E_NO_TASKS',
    `the task directory ${tasksFolder} does not exist`,
    'create it with a module that exports a function, or name another one as "tasks" in the config',
  )
}

/**
 * How a task process of a project is started. What V8 keeps has the limit of the whole process: it gives up by itself,
 * and says why. It loads the modules that may have the tasks of `pattern`, a name or a glob; null: all modules. Throws
 * ProjectError if there is no task directory.
 */
export function taskProgram(
  { root, tasksFolder, redact }: Pick<Project, 'root' | 'tasksFolder' | 'redact'>,
  pattern: string | null,
  maxMemoryBytes: number | null,
): TaskProgram {
  refuseMissingTasks({ tasksFolder })
  const program = ownProgram('task-process')
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
  const { entry: file, execArgv } = ownProgram('notify-process')
  return { file: process.execPath, argv: [...execArgv, file] }
}

/** How the short-lived process is started that evaluates a config file. */
export function configProgram(file: string, cwd: string): TaskProgram {
  return { ...ownProgram('task-process'), args: ['config', file], cwd, loadLimitMs }
}
