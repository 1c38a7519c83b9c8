import { setFlagsFromString } from 'node:v8'
import { type Context, projectOf, refuseMemory, targetsOf, withStore } from '../../app/context.js'
import { tasksOfProject } from '../../app/project-tasks.js'
import { mayRunCommands, runWorker, type WorkSettings } from '../../app/workers/run-worker.js'
import { drainSignal } from '../../app/workers/stop-workers.js'
import { type Endpoint, type OpenEndpoint, WorkerProbe } from '../../app/workers/worker-probe.js'
import { keepDebuggerClosed } from '../../closed-debugger.js'
import { messageWithHint } from '../../domain/errors.js'
import { targetFaults } from '../../domain/notification.js'
import { systemClock } from '../../engine/clock.js'
import { refuseMissingTasks } from '../../project/task-program.js'
import { exitCodes } from '../exit-codes.js'
import type { LogFormat } from '../log/formats.js'
import { type Log, openLog } from '../log/log.js'
import { say } from '../say.js'
import { withAnyTasks } from '../with-tasks.js'
import { refusedConfigText, showWorker } from './worker-reporter.js'

/** What the log of a worker is, and has. */
export interface LogSettings {
  readonly format: LogFormat
  /** Whether it has what tasks print. */
  readonly taskOutput: boolean
}

/**
 * Runs a worker until a signal, or with `burst` until nothing is left to do; a changed config is read again, and another
 * worker runs by it. Resolves to the exit code. `openEndpoint`: null for none.
 */
export async function startWorker(
  readContext: () => Promise<Context>,
  settings: WorkSettings,
  version: string,
  openEndpoint: OpenEndpoint | null,
  { format, taskOutput }: LogSettings,
): Promise<number> {
  const log = openLog(format, taskOutput)
  // Also while tasks load and while it ends: the signal would kill it then.
  let isToDrain = false
  process.on(drainSignal, () => {
    isToDrain = true
  })
  keepDebuggerClosed()
  let context = await readContext()
  for (;;) {
    const end = await runUntilChange(context, settings, version, openEndpoint, log, () => isToDrain)
    if (end !== 'config changed') return end
    context = await readAgain(readContext, context)
  }
}

/** The context of the changed config. It may have changed again, to one that cannot be used. */
async function readAgain(readContext: () => Promise<Context>, before: Context): Promise<Context> {
  try {
    const context = await readContext()
    refuseMemory(context, 'workers start')
    if (context.project !== null) refuseMissingTasks(context.project)
    await withStore(context, async () => {}) // it can be opened
    return context
  } catch (thrown) {
    say(refusedConfigText(messageWithHint(thrown)), 'error')
    return before
  }
}

function runUntilChange(
  context: Context,
  settings: WorkSettings,
  version: string,
  openEndpoint: OpenEndpoint | null,
  log: Log,
  isToDrain: () => boolean,
): Promise<number | 'config changed'> {
  refuseMemory(context, 'workers start')
  if (settings.watch) projectOf(context)
  const runsCommands = mayRunCommands(context, settings)
  if (!runsCommands && context.project !== null)
    say('commands are left to other workers: with --allow-commands this one runs them too')
  return withAnyTasks<number | 'config changed'>(context, runsCommands, log, (tasks) =>
    withStore(context, async (store) => {
      const interruption = tasks.takeSignals()
      process.on(drainSignal, interruption.stop)
      if (isToDrain()) interruption.stop()
      keepYoungSpaceSmall()
      const names = tasksOfProject(tasks.catalog).map(({ name }) => name)
      for (const fault of targetFaults(targetsOf(context), names)) say(`faulty notification: ${fault}`, 'warning')
      const show = showWorker(settings, tasksOfProject(tasks.catalog).length, context.redact, log)
      const probe = new WorkerProbe(store, context.location, version, systemClock)
      let endpoint: Endpoint | null = null
      try {
        // Before a job is claimed: a port that is taken must not end a worker that runs some.
        endpoint = (await openEndpoint?.(probe)) ?? null
        if (endpoint !== null) say(`listens on ${endpoint.url}: /metrics, /healthz, /readyz`)
        const end = await runWorker(store, tasks, context, settings, interruption, (event) => {
          probe.observe(event)
          show(event)
        })
        if (end === 'config changed') return end
      } finally {
        await endpoint?.close()
        process.off(drainSignal, interruption.stop)
        interruption.release()
      }
      return interruption.immediate.aborted ? interruption.exitCode : exitCodes.done
    }),
  )
}

/**
 * From now on the space for young objects does not grow. V8 would let it have 48 MB, and the objects of a worker live
 * no longer than a batch of jobs. Measured, it is no slower. A user should not need a flag of Node to start a worker.
 */
function keepYoungSpaceSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}
