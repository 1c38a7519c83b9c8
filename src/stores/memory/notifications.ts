import type { NotificationPolicy } from '../../domain/notification.js'
import { enqueueJob } from './enqueue.js'
import type { Tables } from './tables.js'

/** Stores the notifications of the jobs that have failed since it was last called. */
export function notifyOfFailures(tables: Tables, notificationOf: NotificationPolicy): void {
  for (const { job, attempts } of tables.failed.splice(0)) {
    const schedule = job.schedule === null ? undefined : tables.schedules.get(job.schedule.name)
    const notify = schedule?.plan?.definition.notify ?? null
    const notification = notificationOf({ job, attempts, notify })
    if (notification !== null) enqueueJob(tables, notification)
  }
}
