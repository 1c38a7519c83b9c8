import type { Clock } from '../domain/clock.js'
import { thisBoot } from './host.js'

// As they were before a task could put others in their place.
const { now } = Date
const { bigint } = process.hrtime
const { setTimeout, clearTimeout, setImmediate } = globalThis

// A longer timer of Node's fires at once: 24.8 days.
const maxTimerMs = 2 ** 31 - 1

function after(delayMs: number, run: () => void): () => void {
  if (delayMs <= maxTimerMs) {
    const timer = setTimeout(run, delayMs)
    return () => clearTimeout(timer)
  }
  let cancel = after(maxTimerMs, () => {
    cancel = after(delayMs - maxTimerMs, run)
  })
  return () => cancel()
}

/** The `sleep` of a clock with these timers. */
export function sleepBy(timer: Clock['after']): Clock['sleep'] {
  return (delayMs, signal) => {
    if (delayMs <= 0) return new Promise((resolve) => setImmediate(resolve))
    if (signal?.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        cancel()
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const cancel = timer(delayMs, done)
      signal?.addEventListener('abort', done)
    })
  }
}

/** Waits for a promise, but no longer than `limitMs`. */
export async function waitAtMost(clock: Clock, limitMs: number, promise: Promise<unknown>): Promise<void> {
  const over = new AbortController()
  await Promise.race([promise, clock.sleep(limitMs, over.signal)]).finally(() => over.abort())
}

/** The machine's own time. hrtime counts from the boot: every process reads the same value, and no user can set it. */
export const systemClock: Clock = {
  now: () => now(),
  // `performance` would load a module of Node: 1.5 ms.
  monotonicMs: () => Number(bigint()) / 1e6,
  bootId: thisBoot(),
  after,
  sleep: sleepBy(after),
}
