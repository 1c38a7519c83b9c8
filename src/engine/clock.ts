import type { Clock } from '../domain/clock.js'
import { thisBoot } from './host.js'

/** The machine's own time. hrtime counts from the boot, so every process reads the same, and nobody can set it. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => Number(process.hrtime.bigint() / 1_000_000n),
  bootId: thisBoot(),
}
