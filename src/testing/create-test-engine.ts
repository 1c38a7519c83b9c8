import { resolve } from 'node:path'
import { UsageError } from '../domain/errors.js'
import { refuseUnknownOptions, written } from '../domain/options.js'
import type { AnyTasks, TaskFunctions } from '../embedded/engine.js'
import { importDirectory } from '../embedded/import-directory.js'
import { tasksOfObject } from '../embedded/registered-tasks.js'
import { refuseFakedTimers } from './faked-timers.js'
import { MemoryEngine } from './memory-engine.js'
import type { TestEngine } from './test-engine.js'
import { timeOf } from './time-of.js'

export interface TestEngineOptions {
  /** When the engine's time begins: a Date, milliseconds since 1970, or ISO 8601. Default: the time of `Date`. */
  readonly now?: Date | number | string
}

/**
 * An engine for tests: its jobs are in memory and run in this process, only while `advance()` or `drain()` runs. `tasks` are
 * those of `createEngine()`. Close it after the test. Throws UsageError if an option is wrong, and ProjectError if a
 * directory has no task that can be used.
 */
export function createTestEngine(options: TestEngineOptions & { readonly tasks: string }): Promise<TestEngine<AnyTasks>>
// Last: compilers report a mistake by the last overload.
export function createTestEngine<Tasks extends object & TaskFunctions<Tasks>>(
  options: TestEngineOptions & { readonly tasks: Tasks },
): Promise<TestEngine<Tasks>>
export async function createTestEngine(options: TestEngineOptions & { readonly tasks: TaskFunctions | string }) {
  refuseUnknownOptions(options, ['tasks', 'now'], 'createTestEngine()')
  refuseFakedTimers()
  const now = timeOf(options.now)
  const { tasks } = options
  if (typeof tasks === 'string') return MemoryEngine.start(await importDirectory(tasks), resolve(tasks), now)
  if (typeof tasks === 'object' && tasks !== null) return MemoryEngine.start(tasksOfObject(tasks), null, now)
  throw new UsageError(
    'E_TASKS',
    `tasks: ${written(tasks)} is neither an object of functions nor a folder`,
    "write tasks: { send }, or tasks: './tasks'",
  )
}
