import type { RunningAttempt } from '../attempts/running-attempt.js'
import type { Lane } from './lane.js'
import type { Place } from './place.js'

/**
 * Jobs that must be alone in a task process: suspects, and those whose task asks for a process of its own, which has to be a
 * fresh one. They wait for a lane to be empty, which takes nothing else meanwhile.
 */
export class IsolatedJobs {
  readonly #places: readonly Place[]
  readonly #wantsFresh: (entry: RunningAttempt) => boolean
  readonly #waiting: RunningAttempt[] = []

  constructor(places: readonly Place[], wantsFresh: (entry: RunningAttempt) => boolean) {
    this.#places = places
    this.#wantsFresh = wantsFresh
  }

  /** How many wait. */
  get count(): number {
    return this.#waiting.length
  }

  add(entries: readonly RunningAttempt[]): void {
    this.#waiting.push(...entries)
    this.place()
  }

  /** Takes back one that waits. */
  withdraw(entry: RunningAttempt): void {
    const index = this.#waiting.indexOf(entry)
    if (index >= 0) this.#waiting.splice(index, 1)
  }

  /** Takes back all that wait. */
  withdrawAll(): readonly RunningAttempt[] {
    return this.#waiting.splice(0)
  }

  /** Hands over as many as there are empty lanes, and sees to it that there will be one for the next. */
  place(): void {
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      const lane = this.#laneFor(next)
      if (lane === null) return
      this.#waiting.shift()
      lane.isExclusive = true
      lane.handOver([next])
    }
    for (const { lane } of this.#places) lane.runsOut = false
  }

  /** null: it has to wait, and that has been seen to. */
  #laneFor(entry: RunningAttempt): Lane | null {
    const fresh = this.#wantsFresh(entry)
    const empty = this.#places.filter(({ lane }) => lane.ready && lane.count === 0 && lane.share > 0)
    const place = empty.find(({ lane }) => !(fresh && lane.isUsed))
    if (place !== undefined) {
      place.lane.isUsedUp = fresh
      return place.lane
    }
    const [used] = empty
    if (used === undefined) this.#emptyOne()
    else {
      used.replace()
      used.lane.runsOut = true
    }
    return null
  }

  /** Lets one lane run out. */
  #emptyOne(): void {
    const lanes = this.#places.map(({ lane }) => lane)
    if (lanes.some((lane) => lane.isExclusive || lane.runsOut)) return
    const shared = lanes.filter((lane) => lane.ready && lane.share > 0)
    const [lane] = shared.sort((a, b) => a.count - a.buffered - (b.count - b.buffered))
    if (lane === undefined) return // it will be empty when its process is back
    lane.runsOut = true
    lane.recall()
  }
}
