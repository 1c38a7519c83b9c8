import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { TaskProgram } from '../../src/engine/hosts/process-host.js'

const root = join(import.meta.dirname, '../..')
const loader = pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href

/** How to start a task process from source, so that tests of the engine need no build. It takes 0.2 s instead of 0.05 s. */
export function taskProgram(tasksFolder: string, cwd: string): TaskProgram {
  return {
    entry: join(root, 'src/task-process.ts'),
    execArgv: ['--import', loader],
    args: ['tasks', tasksFolder],
    cwd,
    loadLimitMs: 60_000,
  }
}
