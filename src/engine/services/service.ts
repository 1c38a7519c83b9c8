import type { Clock } from '../../domain/clock.js'
import { isTemporary } from '../../domain/errors.js'
import type { EngineEmitter } from '../events.js'

/** A background loop. */
export interface Service {
  readonly name: string
  start(): void
  /** Resolves when the loop has ended. May be called twice. */
  stop(): Promise<void>
}

const afterRefusalMs = 1_000

/**
 * Calls `runOnce` in a loop; it returns the milliseconds until the next call. Reports a store that cannot be reached
 * and tries again after a second. Any other error ends the loop.
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
