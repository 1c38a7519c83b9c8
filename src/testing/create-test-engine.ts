import { UsageError } from '../domain/errors.js'
import { refuseUnknownOptions, written } from '../domain/options.js'
import type { TaskFunctions } from '../embedded/engine.js'
import { tasksOfObject } from '../embedded/registered-tasks.js'
import { systemClock } from '../engine/clock.js'
import { MemoryEngine, type TestEngine } from './test-engine.js'

export interface TestEngineOptions<Tasks extends TaskFunctions> {
  /** Functions by the names of their tasks, as `createEngine()` takes them. */
  readonly tasks: Tasks
  /** When the engine's time begins: a Date, milliseconds since 1970, or ISO 8601. Default: now. */
  readonly now?: Date | number | string
}

/**
 * An engine for tests: its jobs are in memory and run in this process, only while `advance()` or `drain()` runs. Close it
 * after the test. Throws UsageError if an option is wrong.
 */
export async function createTestEngine<Tasks extends TaskFunctions>(
  options: TestEngineOptions<Tasks>,
): Promise<TestEngine<Tasks>> {
  refuseUnknownOptions(options, ['tasks', 'now'] satisfies (keyof typeof options)[], 'createTestEngine()')
  const now = options.now === undefined ? systemClock.now() : timeOf(options.now)
  if (typeof options.tasks !== 'object' || options.tasks === null) {
    throw new UsageError('E_TASKS', `tasks: ${written(options.tasks)} is no object of functions`)
  }
  return MemoryEngine.start<Tasks>(tasksOfObject(options.tasks), now)
}

function timeOf(value: Date | number | string): number {
  const time = new Date(value).getTime()
  if (Number.isFinite(time)) return Math.floor(time)
  throw new UsageError('E_TIME', `now: ${written(value)} is not a time`, 'write a Date, or ISO 8601 with its offset')
}
