import { UsageError } from '../domain/errors.js'
import { written } from '../domain/options.js'
import { asFunction } from './same-function.js'
import { requireName, TaskMonitor } from './task-monitor.js'
import { functionName, requireFunction } from './task-options.js'

/** Makes of a function one that is counted. It keeps its parameters, its `this`, its name and what it returns. */
export type Monitoring = <This, Args extends unknown[], Result>(
  run: (this: This, ...args: Args) => Result,
) => (this: This, ...args: Args) => Result

/** `monitored(monitor)(send)` is `send`, and the monitor counts each call. `name`: default, that of the function. Throws UsageError. */
export function monitored(monitor: TaskMonitor, name?: string): Monitoring {
  if (!(monitor instanceof TaskMonitor)) {
    throw new UsageError('E_OPTION', `monitored(): ${written(monitor)} is no TaskMonitor`)
  }
  if (name !== undefined) requireName(name, 'monitored()')
  return <This, Args extends unknown[], Result>(run: (this: This, ...args: Args) => Result) => {
    requireFunction(run, 'monitored()', 'monitored(monitor)(send)')
    const task = name ?? functionName(run)
    return asFunction(function (this: This, ...args: Args): Result {
      return monitor.measure(task, () => run.apply(this, args))
    }, run)
  }
}
