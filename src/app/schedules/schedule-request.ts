import type { EpochMs } from '../../domain/job.js'
import type { ScheduleOptions } from '../../domain/schedule/options.js'
import { commandArgs, type ShellCommand } from '../../domain/shell-command.js'
import { shellTask } from '../../domain/shell-task.js'

/** A schedule as a person asks for it. */
export interface ScheduleRequest {
  readonly task: string
  /** null: the task's. */
  readonly name: string | null
  readonly options: ScheduleOptions
  /** Times are counted from here. Earlier slots are not due. */
  readonly declaredAt: EpochMs
}

/** The request to run a command at times: jobs of the built-in task. */
export function commandSchedule(
  command: ShellCommand,
  name: string | null,
  options: ScheduleOptions,
  declaredAt: EpochMs,
): ScheduleRequest {
  return { task: shellTask, name, options: { ...options, args: commandArgs(command) }, declaredAt }
}
