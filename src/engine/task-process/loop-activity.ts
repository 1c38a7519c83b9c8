// biome-ignore lint/style/noRestrictedImports: no clock knows how long the event loop was idle
import { performance } from 'node:perf_hooks'

/** Measures how long the event loop of this process was active: it ran code, or was blocked by it. */
export class LoopActivity {
  #last = performance.eventLoopUtilization()

  /** Milliseconds since the last call. */
  take(): number {
    const now = performance.eventLoopUtilization()
    const activeMs = now.active - this.#last.active
    this.#last = now
    return activeMs
  }
}
