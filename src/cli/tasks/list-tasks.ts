import type { Context } from '../../app/context.js'
import { wholeRuleText } from '../../domain/schedule/rule.js'
import { checkSchedules } from '../../domain/schedule/sources.js'
import { systemClock } from '../../engine/clock.js'
import type { ModuleFault } from '../../engine/ipc/messages.js'
import { codeSchedules } from '../../project/schedules.js'
import type { TaskItem } from '../../views/task.js'
import { say } from '../say.js'
import { withTasks } from '../session.js'

/** The tasks of the project, and what is wrong with its modules and with their schedules. */
export function listTasks(
  context: Context,
): Promise<{ readonly items: readonly TaskItem[]; readonly faults: readonly ModuleFault[] }> {
  return withTasks(context, async ({ catalog }) => {
    const tasksByName = new Map(catalog.tasks.map((task) => [task.name, task]))
    const checked = checkSchedules(codeSchedules(catalog), (name) => tasksByName.get(name), systemClock.now())
    const ofTask = new Map(checked.map((schedule) => [schedule.task, schedule]))
    const items = catalog.tasks.map(({ name, file, line, queue, maxRetries, timeoutMs }) => {
      const plan = ofTask.get(name)?.plan ?? null
      const schedule = plan === null ? null : wholeRuleText(plan.rule)
      return { name, file, line, queue, maxRetries, timeoutMs, schedule }
    })
    const faulty = catalog.tasks.flatMap(({ name, file, line }) => {
      const fault = ofTask.get(name)?.fault ?? null
      return fault === null ? [] : [{ file, message: `${file}:${line}: ${name}: ${fault}` }]
    })
    for (const { message } of faulty) say(`faulty schedule: ${message}`)
    return { items, faults: [...catalog.faults, ...faulty] }
  })
}
