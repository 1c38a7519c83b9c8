import type { StoredSchedule } from '../../domain/schedule/schedule.js'
import { isFolder, type Project } from '../../project/find.js'
import { countScheduleTexts } from '../../project/scan-schedules.js'

/** Where a project may have schedules that are not in the store yet. Reads the text of the modules, and loads none. */
export interface MaybeDeclared {
  /** The names that the config has and the store does not. */
  readonly config: readonly string[]
  /** How many more the text of the modules seems to have than the store has of the code. */
  readonly code: number
}

export function maybeDeclared(project: Project | null, stored: readonly StoredSchedule[]): MaybeDeclared {
  if (project === null) return { config: [], code: 0 }
  const names = new Set(stored.map(({ name }) => name))
  const inStore = stored.filter(({ source }) => source === 'code').length
  const inText = isFolder(project.tasksFolder) ? countScheduleTexts(project.tasksFolder) : 0
  return {
    config: Object.keys(project.schedules).filter((name) => !names.has(name)),
    code: Math.max(0, inText - inStore),
  }
}
