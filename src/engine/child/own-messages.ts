import type { FromTaskProcess } from '../protocol.js'

const types: Readonly<Record<FromTaskProcess['type'], true>> = {
  loading: true,
  loaded: true,
  'not loaded': true,
  output: true,
  progress: true,
  ends: true,
  spent: true,
  returned: true,
  checked: true,
  enqueue: true,
}

/**
 * From now on `process.send` sends what a worker understands, and drops all else: a module that says "ready" takes its
 * parent for some other program. The worker ends a process whose messages it cannot read.
 */
export function sendOnlyOwnMessages(): void {
  const { send } = process
  if (send === undefined) return
  process.send = (message: unknown, ...rest: unknown[]): boolean => {
    if (isOwn(message)) return Reflect.apply(send, process, [message, ...rest])
    const done = rest.at(-1)
    if (typeof done === 'function') queueMicrotask(() => done(null))
    return true
  }
}

function isOwn(message: unknown): boolean {
  return (
    typeof message === 'object' && message !== null && 'type' in message && Object.hasOwn(types, String(message.type))
  )
}
