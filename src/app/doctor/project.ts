import { basename, relative } from 'node:path'
import { targetFaults } from '../../domain/notification.js'
import { systemClock } from '../../engine/clock.js'
import { findProject } from '../../project/find.js'
import { type Context, targetsOf } from '../context.js'
import { tasksOfProject, usingPool } from '../project-tasks.js'
import { desiredSchedules } from '../schedules/desired-schedules.js'
import { startTasks } from '../start-tasks.js'
import { type Checked, counted, type Patient, problem, type Trouble, warning } from './finding.js'

/** A config that cannot be read never comes here. */
export function checkConfig({ from }: Patient): Checked {
  const place = findProject(from)
  if (place === null) {
    const message = `no project at ${from} or above it: there is no offstage.config.* and no tasks folder`
    return [warning(message, 'run "offstage init" to make one, or say where it is with --cwd')]
  }
  const { root, configFile } = place
  return configFile === null ? `defaults, in ${root}` : relative(from, configFile) || basename(configFile)
}

/** Loads all task modules, in a process of their own. */
export async function checkTasks({ context }: Patient): Promise<Checked> {
  if (context === null || context.project === null) return null
  const pool = startTasks(context, null, () => {})
  return usingPool(pool, context, async () => {
    const catalog = await pool.catalog
    const { schedules } = await desiredSchedules(context, { pool, catalog }, systemClock.now())
    const tasks = tasksOfProject(catalog)
    const ofModules = catalog.faults.map(({ message }) => problem(message, 'mend it; "offstage tasks" shows all tasks'))
    const ofSchedules = schedules.flatMap(({ name, source, fault }): Trouble[] =>
      fault === null ? [] : [problem(`schedule ${name} of the ${source}: ${fault}`, `mend it in the ${source}`)],
    )
    const names = tasks.map(({ name }) => name)
    const ofTargets = targetFaults(targetsOf(context), names).map((message) =>
      problem(message, 'mend it in the config'),
    )
    const troubles = [...ofModules, ...ofSchedules, ...ofTargets]
    if (troubles.length > 0) return troubles
    if (tasks.length === 0)
      return [warning(`no tasks in ${folderOf(context)}`, 'export a function from a module there')]
    return `${counted(tasks.length, 'task')}, ${counted(schedules.length, 'schedule')}, no faults`
  })
}

const folderOf = ({ project }: Context) => project?.tasksFolder ?? ''
