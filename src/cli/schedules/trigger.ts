import { type Context, refuseMemory, withStore } from '../../app/context.js'
import type { RunEnd } from '../../app/run/run-job.js'
import { triggerSchedule } from '../../app/schedules/trigger-schedule.js'
import { findSound } from '../../app/schedules/trigger-stored.js'
import type { Store } from '../../stores/store.js'
import type { JobJson } from '../../views/job.js'
import { followToEnd } from '../run/follow-to-end.js'
import { say } from '../say.js'
import { type CommandTasks, withTask } from '../with-tasks.js'

/** Fires a schedule now, whatever its times are. Throws NotFoundError. */
export function trigger(context: Context, name: string): Promise<JobJson> {
  return withTriggered(context, name, (job) => Promise.resolve(job))
}

/** The same, and follows the job, which workers run, to its end. A signal ends the following, not the job. */
export function triggerAndWait(context: Context, name: string): Promise<RunEnd> {
  return withTriggered(context, name, async ({ id }, store, tasks) => {
    say(`${id} enqueued`)
    return { ...(await followToEnd(store, tasks, id, context.redact)), duplicate: false }
  })
}

function withTriggered<T>(
  context: Context,
  name: string,
  use: (job: JobJson, store: Store, tasks: CommandTasks) => Promise<T>,
): Promise<T> {
  refuseMemory(context, 'schedule trigger')
  return withStore(context, async (store) => {
    const schedule = await findSound(store, name)
    return withTask(context, schedule.task, async (tasks) =>
      use(await triggerSchedule(store, tasks, schedule, context.redact), store, tasks),
    )
  })
}
