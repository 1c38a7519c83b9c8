import { Lane } from './lane.js'
import type { LaneListener, StartHost } from './lane-listener.js'

/**
 * One of the places of a pool: a lane with a share of the concurrency, and those that it took the place of, in which
 * some jobs still run. What runs in those is taken off the share.
 */
export class Place {
  readonly #startHost: StartHost
  readonly #listener: LaneListener
  readonly #retired = new Set<Lane>()
  readonly #leaving = new Set<Promise<void>>()
  #lane: Lane
  #share = 1

  constructor(startHost: StartHost, listener: LaneListener) {
    this.#startHost = startHost
    this.#listener = listener
    this.#lane = new Lane(startHost, listener)
  }

  get lane(): Lane {
    return this.#lane
  }

  get lanes(): readonly Lane[] {
    return [this.#lane, ...this.#retired]
  }

  get share(): number {
    return this.#share
  }

  set share(share: number) {
    this.#share = share
    this.#shareOut()
  }

  /** Starts another process in this place; the one before ends when nothing runs in it any more. */
  replace(): void {
    this.#lane.retire()
    this.#retired.add(this.#lane)
    this.#lane = new Lane(this.#startHost, this.#listener)
    this.left()
  }

  /** Jobs have left one of the lanes. */
  left(): void {
    for (const lane of this.#retired) {
      if (lane.count > 0) continue
      this.#retired.delete(lane)
      const gone = lane.end().finally(() => this.#leaving.delete(gone))
      this.#leaving.add(gone)
    }
    this.#shareOut()
  }

  async end(): Promise<void> {
    await Promise.all([...this.lanes.map((lane) => lane.end()), ...this.#leaving])
  }

  #shareOut(): void {
    const elsewhere = [...this.#retired].reduce((sum, lane) => sum + lane.count, 0)
    this.#lane.share = Math.max(0, this.#share - elsewhere)
  }
}
