import { type EndCounts, readableMinutes } from '../domain/task-readings.js'
import { EndCounter } from './end-counter.js'

/** The ends of all tasks in each of the last minutes: as many numbers, however many ends. */
export class MinuteCounts {
  readonly #minutes = new Map<number, EndCounter>()

  /** `minute`: since 1970. */
  at(minute: number): EndCounter {
    const known = this.#minutes.get(minute)
    if (known !== undefined) return known
    for (const old of this.#minutes.keys()) {
      // Those of a clock that was ahead and has been set back would never grow old.
      if (Math.abs(minute - old) > readableMinutes) this.#minutes.delete(old)
    }
    const counter = new EndCounter('')
    this.#minutes.set(minute, counter)
    return counter
  }

  *between(first: number, last: number): Iterable<EndCounts> {
    for (const [minute, counter] of this.#minutes) if (minute >= first && minute <= last) yield counter
  }
}
