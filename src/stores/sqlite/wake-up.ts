import type Database from 'better-sqlite3'

const pollMs = 20

/**
 * Notices that something was committed: by this process at once, by another one when `PRAGMA data_version` moves.
 * The pragma costs some microseconds, so an idle worker looks fifty times a second.
 */
export class WakeUp {
  readonly #db: Database.Database
  readonly #wakers = new Set<() => void>()
  #seen: unknown

  constructor(db: Database.Database) {
    this.#db = db
    this.#seen = this.#version()
  }

  /** Wakes everyone who waits in this process. */
  wake(): void {
    for (const waker of [...this.#wakers]) waker()
  }

  wait(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || timeoutMs <= 0) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        clearInterval(poll)
        signal.removeEventListener('abort', done)
        this.#wakers.delete(done)
        resolve()
      }
      const timer = setTimeout(done, timeoutMs)
      const poll = setInterval(() => {
        if (this.#moved()) this.wake()
      }, pollMs)
      signal.addEventListener('abort', done)
      this.#wakers.add(done)
    })
  }

  #moved(): boolean {
    const version = this.#version()
    if (version === this.#seen) return false
    this.#seen = version
    return true
  }

  #version(): unknown {
    return this.#db.open ? this.#db.pragma('data_version', { simple: true }) : null
  }
}
