/** Calls of something that can be closed: it ends after those that were made before. */
export class OpenCalls {
  readonly #closed: () => Error
  readonly #running = new Set<Promise<unknown>>()
  #isOver = false

  /** `closed` makes the error of calls that come too late. */
  constructor(closed: () => Error) {
    this.#closed = closed
  }

  /** Throws if it is too late. */
  refuseLate(): void {
    if (this.#isOver) throw this.#closed()
  }

  async run<Result>(call: () => Promise<Result>): Promise<Result> {
    this.refuseLate()
    const running = call()
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  /** Refuses all that come from now on, and waits for the others. */
  async end(): Promise<void> {
    this.#isOver = true
    await Promise.allSettled([...this.#running])
  }
}
