import type { ClaimedJob } from '../../domain/job.js'
import type { JsonValue } from '../../domain/json.js'
import { redactArgs } from '../../domain/redact-command.js'
import { shellTask } from '../../domain/shell-task.js'
import { cutToWidth } from '../../views/cut.js'
import { shownTask } from '../../views/shown-task.js'

/** Enough to know a command by. */
const maxWidth = 100

/** The command of a job, with its secrets masked; null if the job is of another task. */
export function commandOfJob({ task, argsJson }: ClaimedJob, redact: readonly string[]): string | null {
  if (task !== shellTask) return null
  return shownTask({ task, args: redactArgs(task, JSON.parse(argsJson) as JsonValue, redact) as readonly JsonValue[] })
}

/** What people see as the name of a job, in one short line. */
export function jobName(job: ClaimedJob, redact: readonly string[]): string {
  const command = commandOfJob(job, redact)
  return command === null ? job.task : cutToWidth(command.replaceAll('\n', ' '), maxWidth)
}
