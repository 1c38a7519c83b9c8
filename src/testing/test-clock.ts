import type { Clock } from '../domain/clock.js'
import { sleepBy } from '../engine/clock.js'

/** A clock that stands still until it is moved. */
export interface MovableClock extends Clock {
  bootId: string | null
  /**
   * Time passes: on the wall and since the boot. What is due by then is run at its time, in order, and has some turns of the
   * event loop before time goes on. `stepMs`: as in a process that is held up for so long again and again, which runs
   * what is due meanwhile late and together. Where nothing is due, the time has come when this returns. 0 gives
   * what is under way its turns.
   */
  advance(ms: number, stepMs?: number): Promise<void>
  /** Somebody sets the clock on the wall. */
  setWall(ms: number): void
  /** The machine starts anew: the monotonic clock begins at 0 under another boot id. */
  reboot(): void
}

interface Timer {
  readonly at: number
  readonly run: () => void
}

// A job that runs in this process takes six turns from its claim to the next one.
const turnsToSettle = 10

/** At some time of some boot, or stopped at what another clock shows. */
export function movableClock(from?: Clock): MovableClock {
  let wall = from?.now() ?? Date.UTC(2030, 0, 1)
  let monotonic = from?.monotonicMs() ?? 1_000_000
  let boots = 1
  // Timers keep time by a clock that nobody sets.
  let passed = 0
  const timers = new Set<Timer>()
  const after: Clock['after'] = (delayMs, run) => {
    const timer = { at: passed + Math.max(0, delayMs), run }
    timers.add(timer)
    // Due at once: no move has to come first.
    if (delayMs <= 0) setImmediate(() => timers.delete(timer) && run())
    return () => timers.delete(timer)
  }
  const nextAt = () => {
    let least = Number.POSITIVE_INFINITY
    for (const { at } of timers) if (at < least) least = at
    return least
  }
  const moveTo = (at: number) => {
    wall += at - passed
    monotonic += at - passed
    passed = at
  }
  const settle = async () => {
    for (let turn = 0; turn < turnsToSettle; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  const runDue = async () => {
    const due = [...timers].filter(({ at }) => at <= passed).sort((a, b) => a.at - b.at)
    // One that comes first may cancel those after it.
    for (const timer of due) if (timers.delete(timer)) timer.run()
    await settle()
  }
  const pass = async (until: number, stepMs: number) => {
    for (let next = nextAt(); next <= until; next = nextAt()) {
      moveTo(Math.min(until, Math.max(next, passed + stepMs)))
      await runDue()
    }
    moveTo(until)
  }
  return {
    bootId: from === undefined ? 'boot-1' : from.bootId,
    now: () => wall,
    monotonicMs: () => monotonic,
    after,
    sleep: sleepBy(after),
    advance(ms, stepMs = 0) {
      const until = passed + ms
      if (nextAt() <= until) return pass(until, stepMs)
      moveTo(until)
      return timers.size === 0 && ms !== 0 ? Promise.resolve() : settle()
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
