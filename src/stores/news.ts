// A longer timer of Node's fires at once.
const longestTimerMs = 2 ** 31 - 1

/** Lets those in this process who wait for work know that something was stored. */
export class News {
  readonly #waiters = new Set<() => void>()
  #unheard = false
  #untold = false

  /** Something that may be work is being stored. */
  note(): void {
    this.#unheard = true
    this.#untold = true
  }

  /** A claim is looking: it sees all that was noted so far. */
  heard(): void {
    this.#unheard = false
  }

  /** What was noted is stored: wakes everyone who waits. */
  tell(): void {
    if (!this.#untold) return
    this.#untold = false
    this.wake()
  }

  wake(): void {
    for (const waiter of [...this.#waiters]) waiter()
  }

  /** Resolves on news, on time-out and on abort; at once if there was news since the last claim looked. */
  wait(request: { readonly timeoutMs: number; readonly signal: AbortSignal }): Promise<void> {
    const { timeoutMs, signal } = request
    // Only once: whoever does not claim after a wake-up must not spin.
    const unheard = this.#unheard
    this.#unheard = false
    if (unheard || signal.aborted || timeoutMs <= 0) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        this.#waiters.delete(done)
        resolve()
      }
      const timer = setTimeout(done, Math.min(timeoutMs, longestTimerMs))
      signal.addEventListener('abort', done)
      this.#waiters.add(done)
    })
  }
}
