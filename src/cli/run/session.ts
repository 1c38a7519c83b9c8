import type { TaskPool } from '../../engine/executors/task-pool.js'
import type { Catalog } from '../../engine/protocol.js'
import { type Context, startTasks } from '../context.js'
import { visibleLine } from '../sanitise.js'
import { say } from './reporter.js'

/** Uses the task process of the project, and ends it whatever happens. Faulty modules are named on stderr. */
export async function withTasks<T>(
  context: Context,
  use: (pool: TaskPool, catalog: Catalog) => Promise<T>,
): Promise<T> {
  const pool = startTasks(context)
  try {
    const catalog = await pool.catalog
    for (const fault of catalog.faults) say(`faulty module: ${visibleLine(fault.message)}`)
    return await use(pool, catalog)
  } finally {
    await pool.end(true)
  }
}
