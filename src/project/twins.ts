import type { ModuleFault } from '../engine/ipc/messages.js'
import type { FoundTask } from './module-tasks.js'

/** The tasks by name. Two with one name are ambiguous: both are left out, and a fault names both files. */
export function withoutTwins(found: readonly FoundTask[]): {
  readonly tasks: ReadonlyMap<string, FoundTask>
  readonly faults: readonly ModuleFault[]
} {
  const tasks = new Map<string, FoundTask>()
  const doubled = new Set<string>()
  const faults: ModuleFault[] = []
  for (const task of found) {
    const twin = tasks.get(task.name)
    if (twin === undefined) {
      tasks.set(task.name, task)
      continue
    }
    const { file } = task.info
    const message = `${file}: the task ${task.name} is in ${twin.info.file} too; rename one of them`
    doubled.add(task.name)
    faults.push({ file, message })
  }
  for (const name of doubled) tasks.delete(name)
  return { tasks, faults }
}
