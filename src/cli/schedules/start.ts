import { type Context, refuseMemory, withStore } from '../../app/context.js'
import { declareSchedules } from '../../app/schedules/declare-schedules.js'
import { runScheduler, type SchedulerEvent } from '../../app/schedules/run-scheduler.js'
import { keepDebuggerClosed } from '../../closed-debugger.js'
import { systemClock } from '../../engine/clock.js'
import { exitCodes } from '../exit-codes.js'
import type { LogFormat } from '../log/formats.js'
import { type Log, openLog } from '../log/log.js'
import { say } from '../say.js'
import { withAnyTasks } from '../with-tasks.js'
import { sayDeclared } from './declare-text.js'
import { reportSlots } from './slot-reporter.js'

/** Fires schedules until a signal; the jobs are for workers. Resolves to the exit code. */
export function startScheduler(context: Context, format: LogFormat): Promise<number> {
  const log = openLog(format, true)
  keepDebuggerClosed()
  refuseMemory(context, 'schedule start')
  return withStore(context, async (store) => {
    // The options of the tasks are read once: no code of the project runs beside the scheduler.
    const { catalog, interruption } = await withAnyTasks(context, true, log, async ({ pool, catalog, takeSignals }) => {
      await declareSchedules(context, { pool, catalog }, store, systemClock.now(), sayDeclared)
      // A signal that comes while the task process ends must stop the scheduler.
      return { catalog, interruption: takeSignals() }
    })
    try {
      await runScheduler(store, catalog, interruption, (event) => show(event, log))
    } finally {
      interruption.release()
    }
    return interruption.immediate.aborted ? interruption.exitCode : exitCodes.done
  })
}

function show(event: SchedulerEvent, log: Log): void {
  if (event.kind === 'registered') reportSlots(event.engine, log)
  else say(event.kind === 'ready' ? 'the scheduler is ready' : 'the scheduler stops')
}
