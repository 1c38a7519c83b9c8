import type { Clock } from '../../domain/clock.js'

/** A signal to the whole process group may reach the children of a worker before the worker itself. */
const patienceMs = 500

/** Gets the decision. */
type Verdict = (isInterruption: boolean) => void

/**
 * Decides whether the stop of the worker interrupted an attempt that TERM, INT or HUP ended. Only this class decides
 * that.
 */
export class Interruptions<Ended extends object> {
  readonly #clock: Clock
  readonly #undecided = new Map<Ended, Verdict>()
  #isStopping = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Reports true at once if the worker is stopping, true as soon as it stops, or false after half a second. */
  judge(ended: Ended, report: Verdict): void {
    if (this.#isStopping) {
      report(true)
      return
    }
    const cancel = this.#clock.after(patienceMs, () => this.decide(ended, false))
    this.#undecided.set(ended, (isInterruption) => {
      cancel()
      report(isInterruption)
    })
  }

  /** The cause of the end is known. Does nothing if it was decided before. */
  decide(ended: Ended, isInterruption: boolean): void {
    const verdict = this.#undecided.get(ended)
    this.#undecided.delete(ended)
    verdict?.(isInterruption)
  }

  /** The worker stops. */
  stop(): void {
    this.#isStopping = true
    for (const ended of [...this.#undecided.keys()]) this.decide(ended, true)
  }
}
