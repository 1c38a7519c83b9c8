import { hostname } from 'node:os'
import { type NewJob, priorityRange } from '../../domain/job.js'
import {
  type FailedJob,
  isNotificationKey,
  type NotificationPolicy,
  notificationKey,
  notificationRetries,
  notifyQueue,
  notifyTask,
  onFailed,
  type Target,
} from '../../domain/notification.js'
import { plainTaskDefaults } from '../../domain/request.js'
import type { Project } from '../../project/find.js'
import { notificationJson } from '../../views/notification.js'

/**
 * What the stores of a project ask when a job fails. null: the config names no target. The URL, the secret and the
 * command of a target stay in the config: the job has its name only.
 */
export function notificationPolicy(project: Project | null): NotificationPolicy | null {
  if (project === null || project.targets.size === 0) return null
  const from = { project: project.root, host: hostname() }
  return (failed) => {
    const { job, notify } = failed
    if (isNotificationKey(job.key) || notify === false) return null
    // A target that the config has no more must not hide a failure.
    const name = notify !== null && project.targets.has(notify) ? notify : onFailed
    const target = project.targets.get(name)
    if (target === undefined) return null
    const payload = payloadOf(failed, project.redact, from)
    return { ...jobFor(target, name, payload), ...placeOf(failed, target) }
  }
}

/** Never throws: the end of the job would not be stored. */
function payloadOf(
  failed: FailedJob,
  ...settings: [redact: readonly string[], from: { project: string; host: string }]
) {
  try {
    return notificationJson(failed, ...settings)
  } catch {
    // Another program has written what cannot be read.
    const { id, task } = failed.job
    return {
      event: 'job.failed',
      ...settings[1],
      text: `${id} (${task}) failed, and cannot be shown`,
      job: { id, task },
    }
  }
}

function jobFor(target: Target, name: string, payload: object) {
  const [task, args] = target.kind === 'task' ? [target.task, [payload]] : [notifyTask, [name, payload]]
  return {
    task,
    argsJson: JSON.stringify(args),
    dueAt: 0,
    expiresAt: null,
    ...notificationRetries,
    timeoutMs: plainTaskDefaults.timeoutMs,
    lostWithWorker: false,
  }
}

/** A task that is to be told runs where the failed job ran, before all others there. */
function placeOf({ job }: FailedJob, target: Target) {
  const endedAt = job.endedAt ?? job.createdAt
  // A foreground run that settled its own job delivers too: no worker may be alive. It frees what it leaves.
  const isSettledByItsRun = job.reason === 'error' || job.reason === 'timeout'
  return {
    queue: target.kind === 'task' ? job.queue : notifyQueue,
    trace: job.trace,
    priority: priorityRange.highest,
    key: { name: notificationKey(job.id, endedAt), policy: 'skip', forMs: 0 },
    reservedFor: target.kind !== 'task' && isSettledByItsRun ? job.reservedFor : null,
  } satisfies Partial<NewJob>
}
