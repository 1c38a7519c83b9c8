import { dirname } from 'node:path'
import { declareSchedules } from '../app/schedules/declare-schedules.js'
import type { TaskPool } from '../engine/pool/task-pool.js'
import type { EngineParts } from './engine-parts.js'
import { warn } from './warn.js'

/** Brings the schedules that the tasks of an engine declare into its store. Warns of those that cannot fire. */
export async function declareTaskSchedules(
  { store, clock, tasksFolder, retention }: Omit<EngineParts, 'outboxes' | 'tasks'>,
  pool: TaskPool,
): Promise<void> {
  const root = tasksFolder === null ? process.cwd() : dirname(tasksFolder)
  const nothing = { store: null, redact: [], tz: 'UTC', targets: new Map(), schedules: {} }
  const project = { ...nothing, root, tasksFolder: tasksFolder ?? root, retention }
  const catalog = await pool.catalog
  await declareSchedules({ project, redact: [], from: root }, { pool, catalog }, store, clock.now(), (event) => {
    if (event.kind === 'schedules-unchecked') return warn(`the arguments of schedules were not checked: ${event.why}`)
    for (const { name, fault } of event.changes) if (fault !== null) warn(`the schedule ${name} cannot fire: ${fault}`)
    for (const { name } of event.conflicting) {
      warn(`the schedule ${name} of the code is not used: one of that name was stored by hand`)
    }
  })
}
