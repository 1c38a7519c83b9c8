import type { Clock } from '../domain/clock.js'
import { setImmediate } from '../real-timers.js'
import { thisBoot } from './host.js'

// Captured before a task can replace them.
const { now } = Date
const { bigint } = process.hrtime
const { setTimeout, clearTimeout } = globalThis

// Node fires a longer timer at once. The limit is 24.8 days.
const maxTimerMs = 2 ** 31 - 1

/** The `after` of a clock with timers of Node, which have a limit. */
export function afterBy(timer: Clock['after']): Clock['after'] {
  return function after(delayMs, run) {
    if (delayMs <= maxTimerMs) return timer(delayMs, run)
    let cancel = timer(maxTimerMs, () => {
      cancel = after(delayMs - maxTimerMs, run)
    })
    return () => cancel()
  }
}

const after = afterBy((delayMs, run) => {
  const timer = setTimeout(run, delayMs)
  return () => clearTimeout(timer)
})

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

/** Waits for a promise, at most `limitMs`. */
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

const idleAfter = afterBy((delayMs, run) => {
  const timer = setTimeout(run, delayMs).unref()
  return () => clearTimeout(timer)
})

/** The same time. A process that has nothing else to do ends before these timers do. */
export const idleClock: Clock = { ...systemClock, after: idleAfter, sleep: sleepBy(idleAfter) }

const afterByHost = afterBy((delayMs, run) => {
  // Both at once: only the functions that made a timer can end it.
  const { setTimeout, clearTimeout } = globalThis
  const timer = setTimeout(run, delayMs)
  return () => clearTimeout(timer)
})

/**
 * The time of the program around this code: by its timers and its Date of the moment, so that those that a test fakes move
 * it. Turns of the event loop are real all the same, so nothing waits for a test to make them.
 */
export const hostClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
  bootId: systemClock.bootId,
  after: afterByHost,
  sleep: sleepBy(afterByHost),
}
