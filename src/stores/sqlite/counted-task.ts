import { shellTask, statisticsName } from '../../domain/shell-task.js'
import type { Writing } from './writing.js'

/** The number of the name that an end of this job is counted under. Looks at the job of a command only. */
export function countedTask({ statements, names }: Writing, job: number, task: string): number {
  if (task !== shellTask) return names.task(task)
  const { schedule } = statements.scheduleOf.get(job) as { readonly schedule: string | null }
  return names.task(statisticsName(task, schedule))
}
