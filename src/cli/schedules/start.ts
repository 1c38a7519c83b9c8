import { type Context, refuseMemory, withStore } from '../../app/context.js'
import { systemClock } from '../../engine/clock.js'
import { EngineEmitter } from '../../engine/events.js'
import type { Catalog } from '../../engine/ipc/messages.js'
import { type FindTask, Scheduler } from '../../engine/services/scheduler.js'
import { scheduling } from '../../engine/services/scheduling.js'
import type { Service } from '../../engine/services/service.js'
import { shellTask, shellTaskInfo } from '../../engine/shell-task.js'
import type { Store } from '../../stores/store.js'
import { exitCodes } from '../exit-codes.js'
import { reportScheduler } from '../run/reporter.js'
import { say } from '../say.js'
import { withTasks } from '../session.js'
import { fired, takeSignals } from '../signals.js'
import { bringInSchedules } from './sync.js'

/** Fires schedules until a signal; the jobs are for workers. Resolves to the exit code. */
export function startScheduler(context: Context): Promise<number> {
  refuseMemory(context, 'schedule start')
  return withStore(context, async (store) => {
    // What the tasks say of their jobs is learnt once: no code of theirs runs beside the scheduler.
    const catalog = await withTasks(
      context,
      async (session) => {
        await bringInSchedules(context, session, store)
        return session.catalog
      },
      exitCodes.done,
    )
    const interruption = takeSignals()
    try {
      const events = new EngineEmitter()
      const broken = new Promise<never>((_, reject) => {
        events.on('service.failed', ({ error }) => reject(error))
      })
      const service = await startScheduling(store, finderOf(catalog), events)
      say('the scheduler is ready')
      await Promise.race([fired(interruption.first), broken])
      say('the scheduler stops')
      await Promise.race([service.stop(), fired(interruption.second)])
    } finally {
      interruption.release()
    }
    return interruption.second.aborted ? interruption.exitCode : exitCodes.done
  })
}

/** A scheduler loop, told of as it goes. Resolves once it has looked for the first time. */
export async function startScheduling(store: Store, find: FindTask, events: EngineEmitter): Promise<Service> {
  reportScheduler(events)
  const findAny: FindTask = (name) => (name === shellTask ? shellTaskInfo : find(name))
  const scheduler = new Scheduler(store, systemClock, findAny, events)
  await scheduler.runOnce()
  const service = scheduling(store, scheduler, systemClock, events)
  service.start()
  return service
}

function finderOf({ tasks }: Catalog): FindTask {
  const byName = new Map(tasks.map((task) => [task.name, task]))
  return (name) => byName.get(name)
}
