import type { OuterStreams } from '../hosts/command.js'
import type { StartHost } from '../hosts/task-host.js'
import type { TaskInfo } from '../ipc/messages.js'
import { type Deliver, notifyTaskInfo } from '../notify-task.js'
import { shellTaskInfo } from '../shell-task.js'

/** The tasks of a pool. */
export interface PoolTasks {
  /** null: there are none but the built-in one. */
  readonly start: StartHost | null
  /** Whether the jobs run in this process, where no job can be isolated. Default: no. */
  readonly isInline?: boolean
  /** Where programs run. */
  readonly cwd: string
  /** What commands read, and where they write beside the record of their job. Default: nothing, and nowhere. */
  readonly outer?: OuterStreams
  /** Whether the built-in task of commands runs here. Default: yes. */
  readonly runsCommands?: boolean
  /** How notifications are delivered. Default: not here. */
  readonly deliver?: Deliver
}

/** The tasks that a pool has whatever its project is. */
export function builtInTasks({ deliver, runsCommands = true }: PoolTasks): readonly TaskInfo[] {
  return [...(runsCommands ? [shellTaskInfo] : []), ...(deliver === undefined ? [] : [notifyTaskInfo])]
}
