import type { Clock } from '../domain/clock.js'
import { thisBoot } from './host.js'

// As they were before a task could put others in their place.
const { now } = Date
const { bigint } = process.hrtime

/** Milliseconds with fractions, for differences within this process. `performance` would load a module of Node: 1.5 ms. */
export const preciseMs = (): number => Number(bigint()) / 1e6

/** The machine's own time. hrtime counts from the boot, so every process reads the same, and nobody can set it. */
export const systemClock: Clock = {
  now: () => now(),
  monotonicMs: () => Number(bigint() / 1_000_000n),
  bootId: thisBoot(),
}
