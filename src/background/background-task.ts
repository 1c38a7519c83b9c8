import { type AnyFunction, FunctionCall } from './function-call.js'
import { functionName, type TaskSettings } from './task-options.js'

/** A function with its arguments, and how it runs. */
export class BackgroundTask extends FunctionCall {
  readonly settings: TaskSettings

  constructor(run: AnyFunction, args: readonly unknown[], settings: TaskSettings) {
    super(settings.name ?? functionName(run), run, args)
    this.settings = settings
  }
}
