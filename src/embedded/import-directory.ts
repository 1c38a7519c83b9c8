import { existsSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ProjectError } from '../domain/errors.js'
import type { ModuleFault } from '../engine/ipc/messages.js'
import { discoverModules } from '../project/discover.js'
import { isFolder } from '../project/find.js'
import { type FoundTask, programTask, tasksOf } from '../project/module-tasks.js'
import { withoutTwins } from '../project/twins.js'
import { RegisteredTasks } from './registered-tasks.js'

/**
 * The tasks of a directory, by the names that the command line gives them. Node's own `import()` loads the modules: which
 * languages it understands is up to the program. A module that cannot be used is a fault; every other task is there. Throws
 * ProjectError if the folder is missing or has no task at all.
 */
export async function importDirectory(path: string): Promise<RegisteredTasks> {
  const folder = resolve(path)
  if (!isFolder(folder)) {
    const hint = 'create it, or name another one; a relative path begins at the current folder'
    const what = existsSync(folder) ? 'is no folder' : 'does not exist'
    throw new ProjectError('E_NO_TASKS', `the task directory ${folder} ${what}`, hint)
  }
  const { modules, programs, faults: unreadable } = discoverModules(folder)
  const faults: ModuleFault[] = [...unreadable]
  const found: FoundTask[] = []
  for (const module of modules) {
    try {
      found.push(...tasksOf(module, await importModule(module.file), faults))
    } catch (thrown) {
      faults.push({ file: module.file, message: `${module.file}: ${describeImportError(module.file, thrown)}` })
    }
  }
  for (const program of programs) found.push(...programTask(program, faults))
  const { tasks, faults: twins } = withoutTwins(found)
  const all = [...faults, ...twins]
  if (tasks.size === 0) {
    const why = all[0]?.message ?? 'it exports no function'
    throw new ProjectError('E_NO_TASKS', `the task directory ${folder} has no task that can be used: ${why}`)
  }
  const infos = [...tasks.values()].map(({ info }) => info)
  return new RegisteredTasks([...tasks.values()], { tasks: infos, faults: all, isWhole: true, hasCompiled: false })
}

/** The exports of a module. Of a CommonJS one, `import()` names only those that Node sees without running it. */
async function importModule(file: string): Promise<unknown> {
  const namespace: unknown = await import(pathToFileURL(file).href)
  return createRequire(file).cache[realpathSync(file)]?.exports ?? namespace
}

const typescript = 'this Node.js cannot import TypeScript: start the program with a loader such as tsx, or compile it'

function describeImportError(file: string, thrown: unknown): string {
  if ((thrown as NodeJS.ErrnoException | null)?.code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[cm]?ts$/.test(file)) {
    return typescript
  }
  return (thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)).split('\n', 1).join()
}
