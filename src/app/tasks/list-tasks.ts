import { targetFaults } from '../../domain/notification.js'
import { wholeRuleText } from '../../domain/schedule/rule.js'
import { checkSchedules } from '../../domain/schedule/sources.js'
import { systemClock } from '../../engine/clock.js'
import type { Catalog, ModuleFault } from '../../engine/ipc/messages.js'
import type { Project } from '../../project/find.js'
import { codeSchedules } from '../../project/schedules.js'
import type { TaskItem } from '../../views/task.js'
import { tasksOfProject } from '../project-tasks.js'

export interface TaskList {
  readonly items: readonly TaskItem[]
  readonly faultyModules: readonly ModuleFault[]
  readonly faultySchedules: readonly ModuleFault[]
  /** Tasks that are to be told of failures, and are not there. */
  readonly faultyTargets: readonly ModuleFault[]
}

/** The tasks of a project, with the faults of its modules, of their schedules, and of its notifications. */
export function listTasks(catalog: Catalog, project: Project): TaskList {
  const tasks = tasksOfProject(catalog)
  const tasksByName = new Map(tasks.map((task) => [task.name, task]))
  const checked = checkSchedules(codeSchedules(catalog, project), (name) => tasksByName.get(name), systemClock.now())
  const ofTask = new Map(checked.map((schedule) => [schedule.task, schedule]))
  const items = tasks.map(({ name, description, file, line, queue, maxRetries, timeoutMs }) => {
    const plan = ofTask.get(name)?.plan ?? null
    const schedule = plan === null ? null : wholeRuleText(plan.rule)
    return { name, description, file, line, queue, maxRetries, timeoutMs, schedule }
  })
  const faultySchedules = tasks.flatMap(({ name, file, line }) => {
    const fault = ofTask.get(name)?.fault ?? null
    return fault === null ? [] : [{ file, message: `${file}:${line}: ${name}: ${fault}` }]
  })
  const faultyTargets = targetFaults(project.targets, [...tasksByName.keys()]).map((message) => ({
    file: project.root,
    message,
  }))
  return { items, faultyModules: catalog.faults, faultySchedules, faultyTargets }
}
