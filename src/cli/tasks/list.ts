import { type Context, projectOf } from '../../app/context.js'
import { listTasks } from '../../app/tasks/list-tasks.js'
import type { ModuleFault } from '../../engine/ipc/messages.js'
import type { TaskItem } from '../../views/task.js'
import { say } from '../say.js'
import { withTasks } from '../with-tasks.js'

/** Lists the tasks of the project, and names faulty modules and schedules on stderr. */
export function list(
  context: Context,
): Promise<{ readonly items: readonly TaskItem[]; readonly faults: readonly ModuleFault[] }> {
  return withTasks(context, async ({ catalog }) => {
    const { items, faultyModules, faultySchedules, faultyTargets } = listTasks(catalog, projectOf(context))
    for (const { message } of faultySchedules) say(`faulty schedule: ${message}`)
    for (const { message } of faultyTargets) say(`faulty notification: ${message}`)
    return { items, faults: [...faultyModules, ...faultySchedules, ...faultyTargets] }
  })
}
