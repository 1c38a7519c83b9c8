import type { WrittenSchedule } from '../domain/schedule/sources.js'
import type { Catalog } from '../engine/protocol.js'
import type { Project } from './find.js'

/** The schedules that the task modules and the config have, unchecked. */
export function writtenSchedules({ tasks }: Catalog, project: Project): readonly WrittenSchedule[] {
  const ofCode = tasks.flatMap(({ name, schedule }): readonly WrittenSchedule[] => {
    if (schedule === null) return []
    const { name: given, ...options } = schedule
    return [{ name: given ?? name, source: 'code', task: name, options }]
  })
  const ofConfig = Object.entries(project.schedules).map(([name, { task, ...options }]): WrittenSchedule => {
    return { name, source: 'config', task, options }
  })
  return [...ofCode, ...ofConfig]
}
