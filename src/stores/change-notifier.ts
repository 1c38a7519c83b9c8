import type { Clock } from '../domain/clock.js'

/** A cursor of changes in a store, for a loop that looks for work again and again. */
export interface Changes {
  /**
   * Resolves when something that may be work was stored since the last call resolved, or since `changes()` for the
   * first one: at once if it was stored before this call. Resolves too when the time is over, the signal fires or the
   * store is closed: it is a hint. A change while the caller looks is not missed.
   */
  next(timeoutMs: number, signal?: AbortSignal): Promise<void>
  /** Whether something was stored that `next` would resolve for at once. */
  isNew(): boolean
}

/** Lets those in this process who wait for work know that something was stored. */
export class ChangeNotifier {
  protected readonly clock: Clock
  readonly #waiters = new Set<() => void>()
  /** How often something was stored that may be work. */
  #count = 0
  #noted = 0
  #isClosed = false

  constructor(clock: Clock) {
    this.clock = clock
  }

  /** Something that may be work is being stored. */
  note(): void {
    this.#noted++
  }

  /** The noted changes are stored: wakes all waiters. */
  notify(): void {
    if (this.#noted === 0) return
    this.#count += this.#noted
    this.#noted = 0
    this.#wake()
  }

  /** Ends all waits, also later ones. */
  close(): void {
    this.#isClosed = true
    this.#wake()
  }

  changes(): Changes {
    this.look()
    let seen = this.#count
    return {
      isNew: () => {
        this.look()
        return this.#count !== seen
      },
      next: async (timeoutMs, signal) => {
        this.look()
        if (this.#count === seen && timeoutMs > 0 && signal?.aborted !== true) await this.wait(timeoutMs, signal)
        seen = this.#count
      },
    }
  }

  /** Whether something was noted that is not notified of yet. */
  protected get hasNoted(): boolean {
    return this.#noted > 0
  }

  protected get isAwaited(): boolean {
    return this.#waiters.size > 0
  }

  /** Looks for changes that this process has not made, and notifies of them. */
  protected look(): void {}

  /** Resolves when something is stored, on time-out, on abort and on close. */
  protected wait(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        cancel()
        signal?.removeEventListener('abort', done)
        this.#waiters.delete(done)
        resolve()
      }
      const cancel = this.clock.after(timeoutMs, done)
      signal?.addEventListener('abort', done)
      this.#waiters.add(done)
    })
  }

  #wake(): void {
    for (const waiter of [...this.#waiters]) waiter()
  }
}
