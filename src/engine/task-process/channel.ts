import type { FromTaskProcess } from '../ipc/from-task-process.js'

/**
 * Takes the channel to the worker for the engine alone, and answers how to send. What a task sends by itself is dropped
 * from now on: a module that says "ready" takes its parent for some other program.
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
