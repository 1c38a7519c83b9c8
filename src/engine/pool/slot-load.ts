import type { Clock } from '../../domain/clock.js'

const windowMs = 40
const busyWindows = 2
// Of the time, so much in the event loop: what is left is too little for another job.
const busyShare = 0.7
// Shorter jobs keep the worker busy rather than their process, and a second process costs them its own warm-up.
const minMsPerJob = 0.2

/** Measures whether the jobs of a task process need more of the processor than one process has. */
export class SlotLoad {
  readonly #clock: Clock
  #since: number | null = null
  #activeMs = 0
  #ended = 0
  #busyMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The process reports how long its loop was active since its last report, and how many jobs have ended. */
  add(activeMs: number, ended: number): void {
    const now = this.#clock.monotonicMs()
    this.#since ??= now - activeMs
    this.#activeMs += activeMs
    this.#ended += ended
    const spanMs = now - this.#since
    if (spanMs < windowMs) return
    const isBusy = this.#activeMs >= busyShare * spanMs && this.#activeMs >= minMsPerJob * this.#ended
    this.#busyMs = isBusy ? this.#busyMs + spanMs : 0
    this.#since = now
    this.#activeMs = 0
    this.#ended = 0
  }

  /** For two windows, or one long job. */
  get isBusy(): boolean {
    return this.#busyMs >= busyWindows * windowMs
  }

  /** Forgets what was measured: the process has help, or is another one. */
  restart(): void {
    this.#since = null
    this.#activeMs = 0
    this.#ended = 0
    this.#busyMs = 0
  }
}
