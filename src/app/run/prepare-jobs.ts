import { UsageError } from '../../domain/errors.js'
import { isGlob, matchesGlob } from '../../domain/glob.js'
import type { EpochMs, NewJob } from '../../domain/job.js'
import { nearestName } from '../../domain/names.js'
import { type EnqueueOptions, makeJob } from '../../domain/request.js'
import type { Catalog, TaskInfo } from '../../engine/ipc/messages.js'
import type { TaskPool } from '../../engine/pool/task-pool.js'
import { tasksOfProject } from '../project-tasks.js'

/** The task of that name. Throws UsageError with the nearest name, or with what ails the modules. */
export function findTask(catalog: Catalog, name: string): TaskInfo {
  const task = catalog.tasks.find((candidate) => candidate.name === name)
  if (task !== undefined) return task
  const names = tasksOfProject(catalog).map((candidate) => candidate.name)
  const nearest = nearestName(name, names)
  throw new UsageError('E_UNKNOWN_TASK', `no task ${name}`, hintFor(catalog, nearest))
}

/**
 * The tasks that a glob matches, in the order of their names, or the one of that name. Throws UsageError if none is.
 */
export function findTasks(catalog: Catalog, name: string): readonly TaskInfo[] {
  if (!isGlob(name)) return [findTask(catalog, name)]
  const found = tasksOfProject(catalog).filter((candidate) => matchesGlob(name, candidate.name))
  if (found.length > 0) return found
  throw new UsageError('E_UNKNOWN_TASK', `no task matches ${name}`, hintFor(catalog, null))
}

function hintFor(catalog: Catalog, nearest: string | null): string {
  const { faults, isWhole } = catalog
  const [fault] = faults
  // Where not all modules were loaded, the fault is of one that the name points to.
  if (fault !== undefined && !isWhole) return fault.message
  if (nearest !== null) return `did you mean "${nearest}"?`
  if (tasksOfProject(catalog).length === 0) return 'the task directory exports no function'
  return 'see "offstage tasks" for those there are'
}

/** One job of each task, complete and with its arguments checked. Throws UsageError that names the field. */
export async function prepareJobs(
  pool: TaskPool,
  tasks: readonly TaskInfo[],
  argsJson: string,
  options: EnqueueOptions,
  now: EpochMs,
): Promise<readonly NewJob[]> {
  const jobs = tasks.map((task) => makeJob(task.name, task, argsJson, options, now))
  // Only a program itself knows which arguments it takes.
  const functions = tasks.filter(({ kind }) => kind === 'function')
  const verdicts = await pool.check(functions.map(({ name }) => ({ task: name, argsJson })))
  const refused = functions.flatMap(({ name }, index) => (verdicts[index] == null ? [] : `${name}: ${verdicts[index]}`))
  const [first] = refused
  if (first === undefined) return jobs
  const more = refused.length === 1 ? '' : ` (and ${refused.length - 1} more)`
  throw new UsageError('E_ARGUMENTS', `${first}${more}`)
}
