import { type Context, projectOf } from '../app/context.js'
import { startTasks } from '../app/start-tasks.js'
import { systemClock } from '../engine/clock.js'
import type { OuterStreams } from '../engine/hosts/command.js'
import type { Catalog } from '../engine/ipc/messages.js'
import { TaskPool } from '../engine/pool/task-pool.js'
import { shellTask } from '../engine/shell-task.js'
import { preloadStore } from '../open.js'
import { endProcess } from './end-process.js'
import { exitCodes } from './exit-codes.js'
import { leftovers } from './leftovers.js'
import { say, sayOutput } from './say.js'
import { onSignals, takeSignals } from './signals.js'

/** The tasks of the project, in processes that can run them. */
export interface ProjectTasks {
  readonly pool: TaskPool
  readonly catalog: Catalog
}

/** A command that uses the tasks of the project. */
export interface Session extends ProjectTasks {
  /** From now on the command itself says what a signal means. Until then a signal ends it: nothing has begun. */
  readonly takeSignals: typeof takeSignals
}

/**
 * Uses the task process of the project, and ends it whatever happens, with all that runs in it. Faulty modules are
 * named on stderr. `exitCode` is for a signal that the command has not taken.
 */
export function withTasks<T>(
  context: Context,
  use: (session: Session) => Promise<T>,
  exitCode: number = exitCodes.interrupted,
): Promise<T> {
  return withPool(
    startTasks(context, null, ({ text }) => sayOutput(text)),
    context,
    use,
    exitCode,
  )
}

/**
 * The same with the tasks that `wanted` means alone, a name or a glob: no module is loaded that has none of them, and none
 * at all for the built-in one.
 */
export function withTask<T>(context: Context, wanted: string, use: (session: Session) => Promise<T>): Promise<T> {
  if (wanted === shellTask) return withoutTasks(context, use)
  const pool = startTasks(context, wanted, ({ text }) => sayOutput(text))
  return withPool(pool, context, use, exitCodes.interrupted)
}

/** The same without a task of any project: for the built-in one, `shell`. */
export function withoutTasks<T>(
  context: Context,
  use: (session: Session) => Promise<T>,
  outer: OuterStreams | null = null,
): Promise<T> {
  const tasks = { start: null, cwd: process.cwd(), ...(outer === null ? {} : { outer }) }
  return withPool(new TaskPool(tasks, systemClock, () => {}), context, use, exitCodes.interrupted)
}

/** The same in this very process, where a debugger can see it. */
export async function withTaskInline<T>(
  context: Context,
  wanted: string,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const { inlineTask } = await import('../app/inline-task.js')
  const tasks = inlineTask(projectOf(context), wanted)
  leftovers.areExpected = true
  const pool = new TaskPool(tasks, systemClock, ({ text }) => sayOutput(text))
  return withPool(pool, context, use, exitCodes.interrupted)
}

async function withPool<T>(
  pool: TaskPool,
  context: Context,
  use: (session: Session) => Promise<T>,
  exitCode: number,
): Promise<T> {
  // A module whose top level never comes to an end does not even notice that its worker has gone.
  const killNow = () => pool.killNow()
  process.once('exit', killNow)
  const release = onSignals(() => endProcess(exitCode))
  preloadStore(context.location)
  try {
    const catalog = await pool.catalog
    // Where the only modules that may have the task are faulty, the error about the task says it.
    const willBeSaid = !catalog.isWhole && catalog.tasks.length === 0 ? 1 : 0
    for (const fault of catalog.faults.slice(willBeSaid)) say(`faulty module: ${fault.message}`)
    return await use({
      pool,
      catalog,
      takeSignals: (code) => {
        release()
        return takeSignals(code)
      },
    })
  } finally {
    release()
    await pool.end()
    process.off('exit', killNow)
  }
}
