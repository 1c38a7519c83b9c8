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

export function movableClock(): MovableClock {
  let wall = Date.UTC(2030, 0, 1)
  let monotonic = 1_000_000
  let boots = 1
  return {
    bootId: 'boot-1',
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
