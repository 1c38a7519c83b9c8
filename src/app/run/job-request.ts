import { toJsonText } from '../../domain/json.js'
import type { EnqueueOptions } from '../../domain/request.js'
import { commandArgs, type ShellCommand } from '../../domain/shell-command.js'
import { shellTask } from '../../domain/shell-task.js'

/** One job that somebody asks for. */
export interface JobRequest {
  readonly task: string
  /** The JSON text of an array, in call order. */
  readonly argsJson: string
  readonly options: EnqueueOptions
}

/** The request to run a command: a job of the built-in task. */
export function commandRequest(command: ShellCommand, options: EnqueueOptions): JobRequest {
  return { task: shellTask, argsJson: toJsonText(commandArgs(command), 'the command'), options }
}
