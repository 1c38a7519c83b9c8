import { resolve } from 'node:path'
import type { Retention } from '../domain/retention.js'
import { systemClock } from '../engine/clock.js'
import { defaultStoreUrl, openStoreApart, parseStoreUrl } from '../open.js'
import { EmbeddedEngine } from './embedded-engine.js'
import type { TaskFunctions } from './engine.js'
import { importDirectory } from './import-directory.js'
import { tasksOfObject } from './registered-tasks.js'

/** Opens the store of an engine, after its tasks are found to be usable. */
export async function openEngine(
  url: string | undefined,
  given: TaskFunctions | string,
  retention: Retention,
): Promise<EmbeddedEngine<TaskFunctions>> {
  const location = parseStoreUrl(url ?? defaultStoreUrl, process.cwd())
  const tasksFolder = typeof given === 'string' ? resolve(given) : null
  const tasks = typeof given === 'string' ? await importDirectory(given) : tasksOfObject(given)
  for (const { message } of tasks.catalog.faults) process.emitWarning(message, 'OffstageWarning')
  const store = await openStoreApart(location, systemClock)
  return new EmbeddedEngine({ store, clock: systemClock, tasks, tasksFolder, retention })
}
