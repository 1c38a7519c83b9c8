import { dirname } from 'node:path'
import { declareSchedules } from '../app/schedules/declare-schedules.js'
import type { TaskPool } from '../engine/pool/task-pool.js'
import type { EngineParts } from './engine-parts.js'
import { warn } from './warn.js'

/**
 * Brings the schedules that the tasks of an engine declare into its store. Warns of those that cannot fire, and of those whose
 * zone changes: an engine reads no config, and `workers start` may have stored another one.
 */
export async function declareTaskSchedules(
  { store, clock, tasksFolder, retention, tz }: Omit<EngineParts, 'outboxes' | 'tasks'>,
  pool: TaskPool,
): Promise<void> {
  const root = tasksFolder === null ? process.cwd() : dirname(tasksFolder)
  const nothing = { store: null, redact: [], tz, targets: new Map(), schedules: {} }
  const project = { ...nothing, root, tasksFolder: tasksFolder ?? root, retention }
  const catalog = await pool.catalog
  const before = await zonesOf(store)
  await declareSchedules({ project, redact: [], from: root }, { pool, catalog }, store, clock.now(), (event) => {
    if (event.kind === 'schedules-unchecked') return warn(`the arguments of schedules were not checked: ${event.why}`)
    for (const { name, fault } of event.changes) if (fault !== null) warn(`the schedule ${name} cannot fire: ${fault}`)
    for (const { name } of event.conflicting) {
      warn(`the schedule ${name} of the code is not used: one of that name was stored by hand`)
    }
  })
  for (const [name, now] of await zonesOf(store)) {
    const old = before.get(name) ?? now
    if (old !== now)
      warn(
        `the schedule ${name} is in ${now} from now on, and was in ${old}: createEngine({ tz }) has the zone of those that name none`,
      )
  }
}

/** The zones of the schedules that code has declared. */
async function zonesOf(store: EngineParts['store']): Promise<ReadonlyMap<string, string>> {
  const ofCode = (await store.schedules()).filter(({ source }) => source === 'code')
  return new Map(ofCode.flatMap(({ name, plan }) => (plan === null ? [] : [[name, plan.rule.tz]])))
}
