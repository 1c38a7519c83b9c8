import { dirname } from 'node:path'
import { declareSchedules } from '../app/schedules/declare-schedules.js'
import type { StoredSchedule } from '../domain/schedule/schedule.js'
import type { Catalog } from '../engine/ipc/messages.js'
import type { TaskPool } from '../engine/pool/task-pool.js'
import type { EngineParts } from './engine-parts.js'
import { warn } from './warn.js'

/**
 * Brings the schedules that the tasks of an engine declare into its store. One that names no zone keeps the zone that it has
 * there, which may be that of the config: an engine reads none. Warns of those that cannot fire.
 */
export async function declareTaskSchedules(
  { store, clock, tasksFolder, retention }: Omit<EngineParts, 'outboxes' | 'tasks'>,
  pool: TaskPool,
): Promise<void> {
  const root = tasksFolder === null ? process.cwd() : dirname(tasksFolder)
  const nothing = { store: null, redact: [], tz: 'UTC', targets: new Map(), schedules: {} }
  const project = { ...nothing, root, tasksFolder: tasksFolder ?? root, retention }
  const catalog = inStoredZones(await pool.catalog, await store.schedules())
  await declareSchedules({ project, redact: [], from: root }, { pool, catalog }, store, clock.now(), (event) => {
    if (event.kind === 'schedules-unchecked') return warn(`the arguments of schedules were not checked: ${event.why}`)
    for (const { name, fault } of event.changes) if (fault !== null) warn(`the schedule ${name} cannot fire: ${fault}`)
    for (const { name } of event.conflicting) {
      warn(`the schedule ${name} of the code is not used: one of that name was stored by hand`)
    }
  })
}

function inStoredZones(catalog: Catalog, stored: readonly StoredSchedule[]): Catalog {
  const zones = new Map(stored.map(({ name, source, plan }) => [name, source === 'code' ? plan?.rule.tz : undefined]))
  const tasks = catalog.tasks.map((task) => {
    const { name, schedule } = task
    if (typeof schedule !== 'object' || schedule === null || Array.isArray(schedule)) return task
    const tz = zones.get(String(schedule.name ?? name))
    return tz === undefined ? task : { ...task, schedule: { tz, ...schedule } }
  })
  return { ...catalog, tasks }
}
