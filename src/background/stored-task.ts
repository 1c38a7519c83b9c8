import type { ScheduledTask } from './timetable.js'

/** A task whose times an engine keeps. */
export class StoredTask implements ScheduledTask {
  readonly name: string
  readonly ready: Promise<void>
  readonly #firstAt: Date
  readonly #remove: () => Promise<boolean>
  #isOver = false

  /** `remove` ends what was `stored`. */
  constructor(name: string, firstAt: Date, stored: Promise<unknown>, remove: () => Promise<boolean>) {
    this.name = name
    this.#firstAt = firstAt
    this.#remove = remove
    this.ready = stored.then(() => {})
    // It is logged.
    this.ready.catch(() => {
      this.#isOver = true
    })
  }

  get nextAt(): Date | null {
    return this.#isOver ? null : this.#firstAt
  }

  /** Once: what has its name later is another one. */
  async cancel(): Promise<boolean> {
    if (this.#isOver) return false
    this.#isOver = true
    const isStored = await this.ready.then(
      () => true,
      () => false,
    )
    if (!isStored) return false
    try {
      return await this.#remove()
    } catch (thrown) {
      this.#isOver = false
      throw thrown
    }
  }
}
