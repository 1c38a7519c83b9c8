import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ProjectError } from '../domain/errors.js'
import type { TaskProgram } from '../engine/executors/task-process.js'
import { isFolder, type Project } from './find.js'

/** How a task process of a project is started. Throws ProjectError if there is no task directory. */
export function taskProgram({ root, tasksFolder }: Project): TaskProgram {
  if (!isFolder(tasksFolder)) {
    throw new ProjectError(
      'E_NO_TASKS',
      `the task directory ${tasksFolder} does not exist`,
      'create it with a module that exports a function, or name another one as "tasks" in the config',
    )
  }
  return { ...entry(), args: ['tasks', root, tasksFolder], cwd: root }
}

/** How the short-lived process is started that evaluates a config file. */
export function configProgram(file: string, cwd: string): TaskProgram {
  return { ...entry(), args: ['config', file], cwd }
}

// Bundled, this code may sit in any chunk of dist; run from source, the entry is TypeScript.
function entry(): Pick<TaskProgram, 'entry' | 'execArgv'> {
  const here = fileURLToPath(import.meta.url)
  const root = packageRoot(dirname(here))
  if (!here.endsWith('.ts')) return { entry: join(root, 'dist/src/task-process.js'), execArgv: [] }
  return { entry: join(root, 'src/task-process.ts'), execArgv: ['--import', import.meta.resolve('tsx')] }
}

function packageRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : packageRoot(dirname(folder))
}
