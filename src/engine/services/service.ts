import { isTemporary } from '../../domain/errors.js'
import type { EngineEmitter } from '../events.js'

/** Anything that goes on in the background. */
export interface Service {
  readonly name: string
  start(): void
  /** Resolves when the loop is out. Twice is fine. */
  stop(): Promise<void>
}

const afterRefusalMs = 1_000

/**
 * A loop: `turn` does one piece of work and answers how many milliseconds to wait until the next. A store that cannot
 * be reached is reported, and tried again; one that is lost ends the loop.
 */
export function loopService(
  name: string,
  events: EngineEmitter,
  turn: (signal: AbortSignal) => Promise<number>,
): Service {
  const stop = new AbortController()
  let running: Promise<void> | null = null
  const once = async (): Promise<number> => {
    try {
      return await turn(stop.signal)
    } catch (thrown) {
      if (!isTemporary(thrown)) throw thrown
      events.emit('store.unavailable', { error: thrown })
      return afterRefusalMs
    }
  }
  const loop = async () => {
    while (!stop.signal.aborted) {
      const waitMs = await once()
      if (!stop.signal.aborted) await pause(waitMs, stop.signal)
    }
  }
  return {
    name,
    start: () => {
      running ??= loop().catch((thrown: unknown) => {
        events.emit('service.failed', { service: name, error: thrown })
      })
    },
    stop: async () => {
      stop.abort()
      await running
    },
  }
}

/** Waits, but not past the signal. */
export function pause(waitMs: number, signal: AbortSignal): Promise<void> {
  if (waitMs <= 0) return new Promise((resolve) => setImmediate(resolve))
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, waitMs)
    signal.addEventListener('abort', done)
  })
}
