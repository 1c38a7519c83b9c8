import type { WrittenSchedule } from '../domain/schedule/sources.js'
import type { Catalog } from '../engine/ipc/messages.js'
import type { Project } from './find.js'

/** The schedules that the task modules have, unchecked. `tz`: of those that name no zone. */
export function codeSchedules({ tasks }: Catalog, { tz }: Pick<Project, 'tz'>): readonly WrittenSchedule[] {
  const written = tasks.flatMap(({ name: task, schedule }): readonly WrittenSchedule[] => {
    if (schedule === null) return []
    // JavaScript may give anything: values that are no object are refused with the other faults.
    if (typeof schedule !== 'object' || Array.isArray(schedule))
      return [{ name: task, source: 'code', task, options: schedule }]
    const { name = task, ...options } = schedule
    return [{ name: String(name), source: 'code', task, options }]
  })
  return written.map((schedule) => inZone(schedule, tz))
}

/** The schedules that the config has, unchecked. */
export function configSchedules({ schedules, tz }: Project): readonly WrittenSchedule[] {
  return Object.entries(schedules).map(([name, { task, ...options }]) => {
    return inZone({ name, source: 'config', task: typeof task === 'string' ? task : '', options }, tz)
  })
}

/** A zone is the same for whoever syncs, on whatever machine. */
function inZone(schedule: WrittenSchedule, tz: string): WrittenSchedule {
  const { options } = schedule
  const isOptions = typeof options === 'object' && options !== null && !Array.isArray(options)
  return isOptions && options.tz === undefined ? { ...schedule, options: { ...options, tz } } : schedule
}
