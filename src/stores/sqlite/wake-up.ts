import { type FSWatcher, watch } from 'node:fs'
import type Database from 'better-sqlite3'
import type { Clock } from '../../domain/clock.js'
import { ChangeNotifier } from '../change-notifier.js'

// In case the file system tells nothing: where it cannot be watched at all, and where it can.
const pollMs = 20
const watchedPollMs = 250

// A write to the WAL is seen before its commit is, by the time that the fsync takes. Looking without a pause is for those
// who are woken seldom: it must not cost a core where others commit all the time.
const maxChaseMs = 20
const restlessMs = 3
const seldomMs = 10

/**
 * Notifies of what this process stores, and others: their commits move `PRAGMA data_version`, which costs some microseconds to read,
 * and it is looked at when the WAL was written to. Watched from the first wait until the store is closed.
 */
export class WakeUp extends ChangeNotifier {
  readonly #db: Database.Database
  readonly #dataVersion: Database.Statement
  readonly #walPath: string
  #watcher: FSWatcher | null = null
  #chaseUntil = 0
  #chasedAt = 0
  #chasing = false
  #seen: unknown

  constructor(db: Database.Database, path: string, clock: Clock) {
    super(clock)
    this.#db = db
    this.#dataVersion = db.prepare('PRAGMA data_version').pluck()
    this.#walPath = `${path}-wal`
    this.#seen = this.#version()
  }

  /** Looks for the commits of others first: what came before the look is not waited for. */
  protected override get count(): number {
    this.#look()
    return super.count
  }

  protected override async wait(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (!this.#db.open) return
    this.#watcher ??= this.#watch()
    const everyMs = this.#watcher === null ? pollMs : watchedPollMs
    const poll = () => {
      this.#look()
      cancelPoll = this.clock.after(everyMs, poll)
    }
    let cancelPoll = this.clock.after(everyMs, poll)
    try {
      await super.wait(timeoutMs, signal)
    } finally {
      cancelPoll()
    }
  }

  override close(): void {
    this.#watcher?.close()
    this.#watcher = null
    super.close()
  }

  #watch(): FSWatcher | null {
    try {
      const watcher = watch(this.#walPath, { persistent: false }, (event) => {
        if (event === 'change') this.#chase()
        else this.#unwatch(watcher) // removed or replaced: the next wait watches what is there then
      })
      watcher.on('error', () => this.#unwatch(watcher))
      return watcher
    } catch {
      return null // no WAL yet, or no watches left: the poll is enough
    }
  }

  #unwatch(watcher: FSWatcher): void {
    watcher.close()
    if (this.#watcher === watcher) this.#watcher = null
  }

  /** Looks again and again until the commit that was just written can be seen. */
  #chase(): void {
    if (!this.isAwaited) return
    this.#chaseUntil = this.clock.monotonicMs() + maxChaseMs
    if (this.#chasing) return
    this.#chasing = true
    const start = this.clock.monotonicMs()
    const restlessUntil = start - this.#chasedAt > seldomMs ? start + restlessMs : 0
    const look = () => {
      const found = this.#look()
      const now = this.clock.monotonicMs()
      this.#chasing = !found && this.isAwaited && now < this.#chaseUntil
      if (!this.#chasing) this.#chasedAt = now
      else if (now < restlessUntil) setImmediate(look)
      else this.clock.after(1, look)
    }
    look()
  }

  /** Whether others have committed something since the last look. */
  #look(): boolean {
    const version = this.#version()
    if (version === this.#seen) return false
    this.#seen = version
    this.note()
    this.notify()
    return true
  }

  #version(): unknown {
    try {
      return this.#db.open ? this.#dataVersion.get() : null
    } catch {
      return null // whoever is woken by this reads next, and tells what is wrong with the file
    }
  }
}
