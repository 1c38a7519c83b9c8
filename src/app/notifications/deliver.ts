import { UsageError } from '../../domain/errors.js'
import { onFailed } from '../../domain/notification.js'
import type { Deliver } from '../../engine/notify-task.js'
import type { Project } from '../../project/find.js'
import { notifyProgram } from '../../project/task-program.js'

/**
 * How the notifications of a project are delivered; nothing if its config names no URL and no command. The URL and
 * its secret are on the stdin of a process, where no list of processes shows them.
 */
export function deliveryOf(project: Project | null): { readonly deliver?: Deliver } {
  if (project === null) return {}
  const { targets, root: cwd } = project
  if (![...targets.values()].some(({ kind }) => kind !== 'task')) return {}
  const deliver: Deliver = (name, notification) => {
    // A target that the config has no more: its notifications go where new ones go.
    const target = targets.get(targets.has(name) ? name : onFailed)
    if (target?.kind === 'command') {
      const [file = '', ...argv] = target.command
      return { file, argv, cwd, stdin: `${notification}\n` }
    }
    if (target?.kind === 'url') {
      const { url, secret, timeoutMs } = target
      return { ...notifyProgram(), cwd, stdin: JSON.stringify({ url, secret, timeoutMs, body: notification }) }
    }
    throw new UsageError(
      'E_NOTIFY',
      `the config has no URL and no command as target ${name}`,
      `add notify.targets.${name}, and retry the job`,
    )
  }
  return { deliver }
}
