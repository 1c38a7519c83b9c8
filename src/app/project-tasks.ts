import type { Catalog, ModuleFault, TaskInfo } from '../engine/ipc/messages.js'
import type { TaskPool } from '../engine/pool/task-pool.js'
import { preloadStore } from '../open.js'
import type { Context } from './context.js'

/** The tasks of the project, in processes that can run them. */
export interface ProjectTasks {
  readonly pool: TaskPool
  readonly catalog: Catalog
}

/**
 * Uses a pool, and ends its processes whatever happens, with all that runs in them. The code of the store loads
 * meanwhile.
 */
export async function usingPool<T>(pool: TaskPool, context: Context, use: () => Promise<T>): Promise<T> {
  const unguard = killOnExit(() => pool.killNow())
  preloadStore(context.location)
  try {
    return await use()
  } finally {
    await pool.end()
    unguard()
  }
}

/**
 * Kills task processes when this process exits: a module that never finishes loading does not notice that its worker
 * has gone.
 */
export function killOnExit(kill: () => void): () => void {
  process.once('exit', kill)
  return () => process.off('exit', kill)
}

/**
 * The faults to show before a command uses its task. Where all modules of that task are faulty, its error names the
 * first.
 */
export function faultsToShow(catalog: Catalog): readonly ModuleFault[] {
  const { faults, isWhole } = catalog
  return !isWhole && tasksOfProject(catalog).length === 0 ? faults.slice(1) : faults
}

/** The tasks of the project, without the built-in one. */
export function tasksOfProject({ tasks }: Catalog): readonly TaskInfo[] {
  return tasks.filter(({ kind }) => kind !== 'command')
}
