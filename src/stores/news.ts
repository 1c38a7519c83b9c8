// A longer timer of Node's fires at once.
const maxTimerMs = 2 ** 31 - 1

export interface WaitRequest {
  /** The count that `news()` gave before the caller looked for work: more than that ends the wait at once. */
  readonly since: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** Lets those in this process who wait for work know that something was stored. */
export class News {
  readonly #waiters = new Set<() => void>()
  #count = 0
  #untold = 0

  protected get isAwaited(): boolean {
    return this.#waiters.size > 0
  }

  /** How often something was stored that may be work. */
  get count(): number {
    return this.#count
  }

  /** Something that may be work is being stored. */
  note(): void {
    this.#untold++
  }

  /** What was noted is stored: wakes everyone who waits. */
  tell(): void {
    if (this.#untold === 0) return
    this.#count += this.#untold
    this.#untold = 0
    this.wake()
  }

  wake(): void {
    for (const waiter of [...this.#waiters]) waiter()
  }

  /** Resolves on news, on time-out and on abort. */
  wait({ since, timeoutMs, signal }: WaitRequest): Promise<void> {
    if (this.count > since || signal.aborted || timeoutMs <= 0) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        this.#waiters.delete(done)
        resolve()
      }
      const timer = setTimeout(done, Math.min(timeoutMs, maxTimerMs))
      signal.addEventListener('abort', done)
      this.#waiters.add(done)
    })
  }
}
