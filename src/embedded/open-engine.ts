import { resolve } from 'node:path'
import type { Retention } from '../domain/retention.js'
import { systemClock } from '../engine/clock.js'
import { defaultStoreUrl, openOutboxApart, openStoreApart, parseStoreUrl } from '../open.js'
import { EmbeddedEngine } from './embedded-engine.js'
import type { EngineOptions, TaskFunctions } from './engine.js'
import { importDirectory } from './import-directory.js'
import { openOutboxes, outboxPaths } from './outboxes.js'
import { tasksOfObject } from './registered-tasks.js'
import { warn } from './warn.js'

/** Opens the store of an engine, after its tasks are found to be usable. */
export async function openEngine(
  url: string | undefined,
  given: TaskFunctions | string,
  retention: Retention,
  tz: string,
  outbox: EngineOptions['outbox'],
): Promise<EmbeddedEngine<TaskFunctions>> {
  const location = parseStoreUrl(url ?? defaultStoreUrl, process.cwd())
  const paths = outboxPaths(outbox, location.kind === 'sqlite' ? location.path : null)
  const tasksFolder = typeof given === 'string' ? resolve(given) : null
  const tasks = typeof given === 'string' ? await importDirectory(given) : tasksOfObject(given)
  for (const { message } of tasks.catalog.faults) warn(message)
  const store = await openStoreApart(location, systemClock)
  try {
    const outboxes = paths.length === 0 ? null : await openOutboxes(paths, store, systemClock, openOutboxApart)
    return new EmbeddedEngine({ store, clock: systemClock, tasks, tasksFolder, retention, tz, outboxes })
  } catch (thrown) {
    await store.close()
    throw thrown
  }
}
