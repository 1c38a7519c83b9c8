import type { WrittenSchedule } from '../domain/schedule/sources.js'
import type { Catalog } from '../engine/ipc/messages.js'
import type { Project } from './find.js'

/** The schedules that the task modules have, unchecked. */
export function codeSchedules({ tasks }: Catalog): readonly WrittenSchedule[] {
  return tasks.flatMap(({ name: task, schedule }): readonly WrittenSchedule[] => {
    if (schedule === null) return []
    // JavaScript may give anything: values that are no object are refused with the other faults.
    if (typeof schedule !== 'object' || Array.isArray(schedule))
      return [{ name: task, source: 'code', task, options: schedule }]
    const { name = task, ...options } = schedule
    return [{ name: String(name), source: 'code', task, options }]
  })
}

/** The schedules that the config has, unchecked. */
export function configSchedules({ schedules }: Project): readonly WrittenSchedule[] {
  return Object.entries(schedules).map(([name, { task, ...options }]) => {
    return { name, source: 'config', task: typeof task === 'string' ? task : '', options }
  })
}
