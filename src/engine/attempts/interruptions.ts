import type { Clock } from '../../domain/clock.js'

/** A signal that is for all reaches what a worker runs before or after the worker itself. */
const patienceMs = 500

/** Hears what an end by a signal was. */
type Verdict = (isInterruption: boolean) => void

/** Decides, and nobody else does, whether what was ended by TERM, INT or HUP was interrupted by the stop of its worker. */
export class Interruptions<Ended extends object> {
  readonly #clock: Clock
  readonly #undecided = new Map<Ended, Verdict>()
  #isStopping = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Tells at once if the worker stops, or else as soon as it does, or that it has not within half a second. */
  judge(ended: Ended, tell: Verdict): void {
    if (this.#isStopping) {
      tell(true)
      return
    }
    const cancel = this.#clock.after(patienceMs, () => this.decide(ended, false))
    this.#undecided.set(ended, (isInterruption) => {
      cancel()
      tell(isInterruption)
    })
  }

  /** What ended it is known: nothing happens if it was decided before. */
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
