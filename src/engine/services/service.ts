import type { Clock } from '../../domain/clock.js'
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
 * A loop: `runOnce` does one piece of work and answers how many milliseconds to wait until the next. A store that
 * cannot be reached is reported, and tried again; one that is lost ends the loop.
 */
export function loopService(
  name: string,
  clock: Clock,
  events: EngineEmitter,
  runOnce: (signal: AbortSignal) => Promise<number>,
): Service {
  const stop = new AbortController()
  let running: Promise<void> | null = null
  const attempt = async (): Promise<number> => {
    try {
      return await runOnce(stop.signal)
    } catch (thrown) {
      if (!isTemporary(thrown)) throw thrown
      events.emit('store.unavailable', { error: thrown })
      return afterRefusalMs
    }
  }
  const loop = async () => {
    while (!stop.signal.aborted) {
      const waitMs = await attempt()
      if (!stop.signal.aborted) await clock.sleep(waitMs, stop.signal)
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
