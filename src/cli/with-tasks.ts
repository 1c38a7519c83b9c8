import type { Context } from '../app/context.js'
import { faultsToShow, type ProjectTasks, usingPool } from '../app/project-tasks.js'
import { startAllTasks, startCommands, startTasks } from '../app/start-tasks.js'
import type { OuterStreams } from '../engine/hosts/command.js'
import type { TaskPool } from '../engine/pool/task-pool.js'
import { endProcess } from './end-process.js'
import { exitCodes } from './exit-codes.js'
import { leftovers } from './leftovers.js'
import type { Log } from './log/log.js'
import { say, sayOutput } from './say.js'
import { onSignals, takeSignals } from './signals.js'

/** The tasks that a command uses. */
export interface CommandTasks extends ProjectTasks {
  /**
   * From now on the command itself handles signals, also after the use of the tasks. Until then a signal ends it:
   * nothing has started.
   */
  readonly takeSignals: typeof takeSignals
}

type Use<T> = (tasks: CommandTasks) => Promise<T>

const showOutput = ({ text }: { readonly text: string }) => sayOutput(text)

/**
 * Uses all tasks of the project, and names its faulty modules on stderr. Ends the task processes whatever happens.
 */
export function withTasks<T>(context: Context, use: Use<T>): Promise<T> {
  return withPool(startTasks(context, null, showOutput), context, use)
}

/**
 * The same for a worker or a scheduler, which also serves a folder without a project: commands are jobs of any folder. What
 * modules print while they load is in its log. `runsCommands`: whether this process may run them.
 */
export function withAnyTasks<T>(context: Context, runsCommands: boolean, log: Log, use: Use<T>): Promise<T> {
  if (context.project === null && runsCommands)
    say(`there is no project at ${context.from}: only commands are known here`)
  // A signal that comes while the tasks load finds nothing to drain.
  return withPool(
    startAllTasks(context, runsCommands, ({ text }) => log.output(null, text)),
    context,
    use,
    exitCodes.done,
  )
}

/** The same with the tasks that `pattern` (a name or a glob) selects. */
export function withTask<T>(context: Context, pattern: string, use: Use<T>): Promise<T> {
  return withPool(startTasks(context, pattern, showOutput), context, use)
}

/** The same with the built-in task alone, whose command has the streams of this process. */
export function withCommands<T>(context: Context, outer: OuterStreams, use: Use<T>): Promise<T> {
  return withPool(startCommands(context, outer), context, use)
}

/** The same in this very process, where a debugger can see the task. */
export async function withTaskInline<T>(context: Context, pattern: string, use: Use<T>): Promise<T> {
  const { startInline } = await import('../app/start-inline.js')
  const pool = startInline(context, pattern, showOutput)
  leftovers.areExpected = true
  return withPool(pool, context, use)
}

/** `exitCode` is for a signal that comes before the command handles signals. */
function withPool<T>(
  pool: TaskPool,
  context: Context,
  use: Use<T>,
  exitCode: number = exitCodes.interrupted,
): Promise<T> {
  return usingPool(pool, context, async () => {
    const release = onSignals(() => endProcess(exitCode))
    try {
      const catalog = await pool.catalog
      for (const fault of faultsToShow(catalog)) say(`faulty module: ${fault.message}`, 'warning')
      const take: typeof takeSignals = (code) => {
        const interruption = takeSignals(code)
        // Only now: when the last listener goes, Node drops a signal that came in this turn, such as while the store
        // was opened.
        release()
        return interruption
      }
      return await use({ pool, catalog, takeSignals: take })
    } finally {
      release()
    }
  })
}
