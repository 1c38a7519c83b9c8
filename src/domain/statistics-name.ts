import { isNotificationKey, notifyTask } from './notification.js'
import { shellTask } from './shell-task.js'

/**
 * The name that the statistics count a job under, by its task, the name of its schedule and its unique key. All
 * notifications have one name, whatever task delivers them. A command is `shell`, and its schedule says more.
 */
export function statisticsName({
  task,
  schedule,
  key,
}: {
  readonly task: string
  readonly schedule: string | null
  readonly key: string | null
}): string {
  if (isNotificationKey(key)) return notifyTask
  return task === shellTask && schedule !== null ? schedule : task
}

/** Whether what is counted under a name is in the sums of all: a failure and its notification are one end, not two. */
export function isInSums({ task }: { readonly task: string }): boolean {
  return task !== notifyTask
}
