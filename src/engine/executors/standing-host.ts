import type { Death } from './death.js'
import type { TaskHost } from './task-host.js'

const longestPauseMs = 10_000

/** A host that another one follows when it dies: right after, or, while they die as they load, after a pause that doubles each time. */
export class StandingHost {
  readonly #start: () => TaskHost
  #current: TaskHost
  #deathsWhileLoading = 0
  #pause: NodeJS.Timeout | null = null
  #isOver = false

  constructor(start: () => TaskHost) {
    this.#start = start
    this.#current = start()
  }

  get current(): TaskHost {
    return this.#current
  }

  /** How often in a row it died before it was ready. */
  get deathsWhileLoading(): number {
    return this.#deathsWhileLoading
  }

  ready(): void {
    this.#deathsWhileLoading = 0
  }

  died(death: Death): void {
    if (death.loading) this.#deathsWhileLoading++
    if (this.#isOver) return
    const pauseMs = this.#deathsWhileLoading === 0 ? 0 : Math.min(100 * 2 ** this.#deathsWhileLoading, longestPauseMs)
    this.#pause = setTimeout(() => {
      this.#current = this.#start()
    }, pauseMs)
  }

  /** The one that is there, or was there, is not followed by another. */
  stopReplacing(): void {
    this.#isOver = true
    if (this.#pause !== null) clearTimeout(this.#pause)
  }
}
