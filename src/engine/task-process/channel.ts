import type { FromTaskProcess } from '../ipc/from-task-process.js'

/**
 * Reserves the channel to the worker for the engine, and returns a function that sends. Drops what a task sends with
 * `process.send`: a module that sends "ready" expects another parent, such as a process manager.
 */
export function takeChannel(): (message: FromTaskProcess) => void {
  const { send } = process
  if (send === undefined) return () => {}
  process.send = (...given: unknown[]): boolean => {
    const done = given.at(-1)
    if (typeof done === 'function') queueMicrotask(() => done(null))
    return true
  }
  return (message) => {
    if (process.connected) Reflect.apply(send, process, [message])
  }
}
