import type { Clock } from '../domain/clock.js'
import { formatDuration } from '../domain/duration.js'
import { runWithSignal } from './task-signal.js'

/**
 * Calls a function. After `timeoutMs` its signal aborts and the promise is rejected with a DOMException named
 * `TimeoutError`; what the function does or returns after that is ignored. null: no limit.
 */
export function limited(run: () => unknown, timeoutMs: number | null, clock: Clock): unknown {
  if (timeoutMs === null) return run()
  const controller = new AbortController()
  return new Promise((resolve, reject) => {
    const cancel = clock.after(timeoutMs, () => {
      const error = new AttemptTimeout(timeoutMs)
      reject(error)
      controller.abort(error)
    })
    // A function that throws, and a promise that is rejected late, are both handled here.
    const running = runWithSignal(controller.signal, async () => run())
    running.then(resolve, reject).finally(cancel)
  })
}

/** The error of an attempt that took too long. */
export class AttemptTimeout extends DOMException {
  constructor(timeoutMs: number) {
    super(`the attempt took longer than ${formatDuration(timeoutMs)}`, 'TimeoutError')
  }
}
