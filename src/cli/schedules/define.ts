import { type Context, refuseMemory, targetsOf, withStore } from '../../app/context.js'
import { findTask } from '../../app/run/prepare-jobs.js'
import { defineSchedule, nameOf, prepareSchedule } from '../../app/schedules/define-schedule.js'
import { listSchedules } from '../../app/schedules/find-schedule.js'
import type { ScheduleRequest } from '../../app/schedules/schedule-request.js'
import { refuseUnknownTarget } from '../../domain/notification.js'
import type { ScheduleJson } from '../../views/schedule.js'
import { sayMissingArguments } from '../run/missing-arguments.js'
import { say } from '../say.js'
import { withTask } from '../with-tasks.js'
import { flagOf } from './flags.js'

const texts = {
  added: 'added',
  changed: 'changed',
  unchanged: 'is as it was',
}

/**
 * Adds a schedule, or changes the one of that name, and says which. null if it was removed at once. Throws UsageError.
 */
export function define(context: Context, request: ScheduleRequest): Promise<ScheduleJson | null> {
  refuseMemory(context, 'schedule')
  const name = nameOf(request)
  refuseUnknownTarget(request.options.notify ?? null, targetsOf(context), flagOf('notify'))
  return withTask(context, request.task, async (tasks) => {
    const schedule = await prepareSchedule(tasks, request, flagOf)
    sayMissingArguments([findTask(tasks.catalog, request.task)], schedule.plan?.definition.argsJson ?? '[]')
    return withStore(context, async (store) => {
      const { answer, ruleBefore } = await defineSchedule(store, schedule)
      say(`schedule ${name}: ${texts[answer]}${ruleBefore === null ? '' : `, from ${ruleBefore}`}`)
      const [defined = null] = await listSchedules(store, context.redact, [name])
      return defined
    })
  })
}
