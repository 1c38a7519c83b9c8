import type { Clock } from '../domain/clock.js'
import { sleepBy } from '../engine/clock.js'

interface Timer {
  readonly at: number
  readonly run: () => void
}

// Captured before a test replaces it.
const { setImmediate } = globalThis

/** Whether a test has replaced it before, so that no turn of the event loop can be waited for: those fakes have a clock. */
export const isLoadedTooLate = 'clock' in setImmediate

/** Resolves in the next turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** A clock that stands still until it is moved. It has no timers of the machine, so it holds up no process. */
export class TestClock implements Clock {
  bootId: string | null
  readonly sleep: Clock['sleep']
  readonly after: Clock['after']
  readonly #timers = new Set<Timer>()
  #wall: number
  #monotonic: number
  /** Timers keep time by a clock that nobody sets. */
  #passed = 0
  #boots = 1

  /** At some time of some boot, or stopped at what another clock shows. */
  constructor(from?: Clock) {
    this.bootId = from === undefined ? 'boot-1' : from.bootId
    this.#wall = from?.now() ?? Date.UTC(2030, 0, 1)
    this.#monotonic = from?.monotonicMs() ?? 1_000_000
    this.after = (delayMs, run) => this.#after(delayMs, run)
    this.sleep = sleepBy(this.after)
  }

  now(): number {
    return this.#wall
  }

  monotonicMs(): number {
    return this.#monotonic
  }

  /** Somebody sets the clock on the wall. */
  setWall(ms: number): void {
    this.#wall = ms
  }

  /** The machine starts anew: the monotonic clock begins at 0 under another boot id. */
  reboot(): void {
    this.#monotonic = 0
    this.bootId = `boot-${++this.#boots}`
  }

  get hasTimers(): boolean {
    return this.#timers.size > 0
  }

  /** Milliseconds until the next timer; 0 if it is late, Infinity if there is none. */
  untilNextMs(): number {
    let least = Number.POSITIVE_INFINITY
    for (const { at } of this.#timers) if (at < least) least = at
    return Math.max(0, least - this.#passed)
  }

  /** Time passes, and nothing runs. */
  pass(ms: number): void {
    this.#wall += ms
    this.#monotonic += ms
    this.#passed += ms
  }

  /** Runs the timers that are due, in order. False if there was none. */
  runDue(): boolean {
    const due = [...this.#timers].filter(({ at }) => at <= this.#passed).sort((a, b) => a.at - b.at)
    // One that comes first may cancel those after it.
    for (const timer of due) if (this.#timers.delete(timer)) timer.run()
    return due.length > 0
  }

  #after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#passed + Math.max(0, delayMs), run }
    this.#timers.add(timer)
    // Due at once: no move has to come first.
    if (delayMs <= 0) setImmediate(() => this.#timers.delete(timer) && run())
    return () => this.#timers.delete(timer)
  }
}

// A job that runs in this process takes six turns from its claim to the next one.
const turnsToSettle = 10

/** A clock for what is tested without an engine: `advance` runs what becomes due. */
export class MovableClock extends TestClock {
  /**
   * Time passes: on the wall and since the boot. What is due by then is run at its time, in order, and has some turns of the
   * event loop before time goes on. `stepMs`: as in a process that is held up for so long again and again, which runs
   * what is due meanwhile late and together. Where nothing is due, the time has come when this returns. 0 gives
   * what is under way its turns.
   */
  advance(ms: number, stepMs = 0): Promise<void> {
    if (this.untilNextMs() <= ms) return this.#pass(ms, stepMs)
    this.pass(ms)
    return this.hasTimers || ms === 0 ? settle() : Promise.resolve()
  }

  async #pass(ms: number, stepMs: number): Promise<void> {
    let leftMs = ms
    for (let nextMs = this.untilNextMs(); nextMs <= leftMs; nextMs = this.untilNextMs()) {
      const moveMs = Math.min(leftMs, Math.max(nextMs, stepMs))
      this.pass(moveMs)
      leftMs -= moveMs
      this.runDue()
      await settle()
    }
    this.pass(leftMs)
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < turnsToSettle; turn++) await nextTurn()
}

export function movableClock(from?: Clock): MovableClock {
  return new MovableClock(from)
}
