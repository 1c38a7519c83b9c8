import type { NotificationPolicy } from '../../domain/notification.js'
import { attemptsOf } from './attempts.js'
import { enqueueJob } from './enqueue.js'
import { type JobRow, jobOfRow } from './rows.js'
import { planOfRow, scheduleRow } from './schedule-rows.js'
import type { Statements } from './statements.js'
import type { Writing } from './writing.js'

/** Stores the notifications of the jobs that have failed in this transaction since it was last called; answers whether there are any. */
export function notifyOfFailures(writing: Writing, notificationOf: NotificationPolicy): boolean {
  const { failed, statements } = writing
  if (failed.length === 0) return false
  writing.write() // the failed jobs may be among the new ones
  let isAny = false
  for (const number of failed.splice(0)) {
    const row = statements.job.get(number) as JobRow | undefined
    if (row === undefined) continue
    const job = jobOfRow(row)
    const notify = job.schedule === null ? null : notifyOfSchedule(statements, job.schedule.name)
    const notification = notificationOf({ job, attempts: attemptsOf(statements, job.id), notify })
    if (notification === null) continue
    enqueueJob(writing, notification)
    isAny = true
  }
  return isAny
}

function notifyOfSchedule(statements: Statements, name: string): string | false | null {
  const row = scheduleRow(statements, name)
  return (row === null ? null : planOfRow(row)?.definition.notify) ?? null
}
