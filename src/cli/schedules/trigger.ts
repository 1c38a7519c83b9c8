import { type Context, refuseMemory, withStore } from '../../app/context.js'
import { triggerSchedule } from '../../app/schedules/trigger-schedule.js'
import { findSound } from '../../app/schedules/trigger-stored.js'
import type { JobJson } from '../../views/job.js'
import { withTask } from '../with-tasks.js'

/** Fires a schedule now, whatever its times are. Throws NotFoundError. */
export function trigger(context: Context, name: string): Promise<JobJson> {
  refuseMemory(context, 'schedule trigger')
  return withStore(context, async (store) => {
    const schedule = await findSound(store, name)
    return withTask(context, schedule.task, (tasks) => triggerSchedule(store, tasks, schedule, context.redact))
  })
}
