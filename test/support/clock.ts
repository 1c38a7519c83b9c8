import type { Clock } from '../../src/domain/clock.js'

/** A clock that stands still until it is moved. */
export interface MovableClock extends Clock {
  bootId: string | null
  /** Time passes: on the wall and since the boot. */
  advance(ms: number): void
  /** Somebody sets the clock on the wall. */
  setWall(ms: number): void
  /** The machine starts anew: the monotonic clock begins at 0 under another boot id. */
  reboot(): void
}

/** At some time of some boot, or stopped at what another clock shows. */
export function movableClock(from?: Clock): MovableClock {
  let wall = from?.now() ?? Date.UTC(2030, 0, 1)
  let monotonic = from?.monotonicMs() ?? 1_000_000
  let boots = 1
  return {
    bootId: from === undefined ? 'boot-1' : from.bootId,
    now: () => wall,
    monotonicMs: () => monotonic,
    advance(ms) {
      wall += ms
      monotonic += ms
    },
    setWall(ms) {
      wall = ms
    },
    reboot() {
      monotonic = 0
      this.bootId = `boot-${++boots}`
    },
  }
}
