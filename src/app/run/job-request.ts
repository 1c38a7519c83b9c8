import type { EnqueueOptions } from '../../domain/request.js'
import { shellTask } from '../../domain/shell-task.js'

/** One job that somebody asks for. */
export interface JobRequest {
  readonly task: string
  /** The JSON text of an array, in call order. */
  readonly argsJson: string
  readonly options: EnqueueOptions
}

/** The request to run a command: a job of the built-in task. */
export function commandRequest(command: readonly string[], options: EnqueueOptions): JobRequest {
  return { task: shellTask, argsJson: JSON.stringify(command), options }
}
