import { type Context, withReader } from '../../app/context.js'
import { clockText } from '../../app/schedules/clock-text.js'
import { isSchedulerAlive } from '../../app/schedules/find-schedule.js'
import { type MaybeDeclared, maybeDeclared } from '../../app/schedules/undeclared.js'
import { systemClock } from '../../engine/clock.js'
import { type ScheduleJson, scheduleToJson } from '../../views/schedule.js'
import { say } from '../say.js'

const noScheduler = 'no scheduler runs; start one: offstage workers start, or offstage schedule start'

/** All schedules. Says what a list alone would hide, unless it is for a program. */
export function list(context: Context, isForProgram: boolean): Promise<readonly ScheduleJson[]> {
  return withReader(context, async (store) => {
    const schedules = await store.schedules()
    const now = systemClock.now()
    const items = schedules.map((schedule) => scheduleToJson(schedule, context.redact, now))
    if (isForProgram) return items
    const more = moreText(maybeDeclared(context.project, schedules))
    if (more !== null) say(more)
    // People may wait for what nothing will fire.
    if (schedules.length > 0 && !(await isSchedulerAlive(store))) say(noScheduler)
    for (const schedule of schedules) {
      const text = clockText(schedule, now)
      if (text !== null) say(`schedule ${schedule.name} ${text.what}; ${text.hint}`)
    }
    return items
  })
}

const maxNamed = 3

function moreText({ config, code }: MaybeDeclared): string | null {
  const sync = 'see and store them: offstage schedule sync'
  const named = config.slice(0, maxNamed).join(', ')
  const others = config.length > maxNamed ? ` and ${config.length - maxNamed} more` : ''
  if (config.length > 0 && code > 0)
    return `the config has ${named}${others}, and the code may have more, that are not stored yet; ${sync}`
  if (config.length > 0) return `the config has schedules that are not stored yet: ${named}${others}; ${sync}`
  return code > 0 ? `the code may have schedules that are not stored yet; ${sync}` : null
}
