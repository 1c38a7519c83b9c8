import { notifyTask } from '../../domain/notification.js'
import { shellTask } from '../../domain/shell-task.js'
import { statisticsName } from '../../domain/statistics-name.js'
import type { Lease } from '../store.js'
import { jobNumber } from './rows.js'
import type { Writing } from './writing.js'

/** The number of the name that an end of this attempt is counted under. Looks at the job of a command only. */
export function countedTask(writing: Writing, { job, task, isNotification }: Lease): number {
  if (isNotification) return writing.names.task(notifyTask)
  return task === shellTask ? countedTaskOf(writing, jobNumber(job), task) : writing.names.task(task)
}

/** The same of a job that waits. */
export function countedTaskOf({ statements, names }: Writing, job: number, task: string): number {
  const { schedule, key } = statements.originOf.get(job) as {
    readonly schedule: string | null
    readonly key: string | null
  }
  return names.task(statisticsName({ task, schedule, key }))
}
