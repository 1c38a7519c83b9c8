import { setFlagsFromString } from 'node:v8'
import { type Context, refuseMemory, withStore } from '../../app/context.js'
import { tasksOfProject } from '../../app/project-tasks.js'
import { runWorker, type WorkSettings } from '../../app/workers/run-worker.js'
import { exitCodes } from '../exit-codes.js'
import { withTasks } from '../with-tasks.js'
import { showWorker } from './worker-reporter.js'

/** Runs a worker until a signal, or with `burst` until nothing is left to do. Resolves to the exit code. */
export function startWorker(context: Context, settings: WorkSettings): Promise<number> {
  refuseMemory(context, 'workers start')
  return withTasks(
    context,
    (tasks) =>
      withStore(context, async (store) => {
        const interruption = tasks.takeSignals()
        keepYoungSpaceSmall()
        const show = showWorker(settings, tasksOfProject(tasks.catalog).length, context.redact)
        try {
          await runWorker(store, tasks, context, settings, interruption, show)
        } finally {
          interruption.release()
        }
        return interruption.immediate.aborted ? interruption.exitCode : exitCodes.done
      }),
    // A signal that comes while the tasks load finds nothing to drain.
    exitCodes.done,
  )
}

/**
 * From now on the space for young objects does not grow. V8 would let it have 48 MB, and the objects of a worker live
 * no longer than a batch of jobs. Measured, it is no slower. A user should not need a flag of Node to start a worker.
 */
function keepYoungSpaceSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1')
}
