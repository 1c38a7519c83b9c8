import { UsageError } from '../../domain/errors.js'
import type { EpochMs, NewJob } from '../../domain/job.js'
import { nearestName } from '../../domain/names.js'
import { type EnqueueOptions, makeJob } from '../../domain/request.js'
import type { TaskPool } from '../../engine/executors/task-pool.js'
import type { Catalog, TaskInfo } from '../../engine/protocol.js'
import { shellTask, shellTaskInfo } from '../../engine/shell-task.js'

/** The task of that name. Throws UsageError with the nearest name, or with what ails the modules. */
export function findTask(catalog: Catalog, name: string): TaskInfo {
  if (name === shellTask) return shellTaskInfo
  const task = catalog.tasks.find((candidate) => candidate.name === name)
  if (task !== undefined) return task
  const names = catalog.tasks.map((candidate) => candidate.name)
  const nearest = nearestName(name, names)
  throw new UsageError('E_UNKNOWN_TASK', `no task ${name}`, hintFor(catalog, nearest))
}

function hintFor({ tasks, faults }: Catalog, nearest: string | null): string {
  if (nearest !== null) return `did you mean "${nearest}"?`
  const [fault] = faults
  if (fault !== undefined) return fault.message
  if (tasks.length === 0) return 'the task directory exports no function'
  return 'see "offstage tasks" for those there are'
}

/** One job of the task, complete and with its arguments checked. Throws UsageError that names the field. */
export async function prepareJob(
  pool: TaskPool,
  task: TaskInfo,
  argsJson: string,
  options: EnqueueOptions,
  now: EpochMs,
): Promise<NewJob> {
  const job = makeJob(task.name, task, argsJson, options, now)
  if (task.executable) return job // nothing but itself can say what it takes
  const [refused] = await pool.check([{ task: task.name, argsJson }])
  if (refused != null) throw new UsageError('E_ARGUMENTS', `${task.name}: ${refused}`)
  return job
}

/**
 * The words of a command after a `--` that no task's name comes before; null if there is no such `--`. `words` are the
 * arguments without flags, as the parser gives them; `raw` is the command line as it was typed.
 */
export function shellCommand(raw: readonly string[], words: readonly string[]): readonly string[] | null {
  const end = raw.indexOf('--')
  const after = raw.slice(end + 1)
  if (end < 0 || after.length !== words.length) return null
  if (after.length > 0) return after
  throw new UsageError('E_ARGUMENTS', 'there is no command after "--"', 'such as: offstage run -- make test')
}
