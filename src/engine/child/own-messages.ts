import { isReadable } from '../readable-message.js'

/**
 * From now on `process.send` sends what a worker understands, and drops all else: a module that says "ready" takes its
 * parent for some other program. The worker ends a process whose messages it cannot read.
 */
export function sendOnlyOwnMessages(): void {
  const { send } = process
  if (send === undefined) return
  process.send = (message: unknown, ...rest: unknown[]): boolean => {
    if (isReadable(message)) return Reflect.apply(send, process, [message, ...rest])
    const done = rest.at(-1)
    if (typeof done === 'function') queueMicrotask(() => done(null))
    return true
  }
}
