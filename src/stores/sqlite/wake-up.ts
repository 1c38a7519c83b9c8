import { type FSWatcher, statSync, utimesSync, watch } from 'node:fs'
import type Database from 'better-sqlite3'
import type { Clock } from '../../domain/clock.js'
import { ChangeNotifier } from '../change-notifier.js'

// In case the file system reports nothing: where it cannot be watched at all, and where it can. Other programs that write
// to the store are found by it too.
const pollMs = 20
const watchedPollMs = 500

/**
 * Notifies of what this process stores, and other processes. A commit of others moves `PRAGMA data_version`, which takes
 * some microseconds to read. The file system reports a write to the WAL before its commit can be seen, by the time that
 * the fsync takes. So each process touches the file of the shared memory (`-shm`) after a commit that others may wait for:
 * their look at that moment finds it, and nobody has to look again and again. To touch the WAL would make each fsync of it
 * slower. Watched from the first wait until the store is closed.
 */
export class WakeUp extends ChangeNotifier {
  readonly #db: Database.Database
  readonly #dataVersion: Database.Statement
  readonly #shmPath: string
  #watcher: FSWatcher | null = null
  #cancelPoll: (() => void) | null = null
  #seen: unknown

  constructor(db: Database.Database, shmPath: string, clock: Clock) {
    super(clock)
    this.#db = db
    this.#dataVersion = db.prepare('PRAGMA data_version').pluck()
    this.#shmPath = shmPath
    this.#seen = this.#version()
  }

  /** This process has committed: tells others too, if it is something that they may wait for. */
  committed(): void {
    if (this.hasNoted) this.#touch()
    this.notify()
  }

  protected override async wait(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    if (!this.#db.open) return
    this.#watcher ??= this.#watch()
    this.#pollLater()
    try {
      await super.wait(timeoutMs, signal)
    } finally {
      if (!this.isAwaited) this.#stopPolling()
    }
  }

  override close(): void {
    this.#watcher?.close()
    this.#watcher = null
    super.close()
  }

  #pollLater(): void {
    this.#cancelPoll ??= this.clock.after(this.#watcher === null ? pollMs : watchedPollMs, () => {
      this.#cancelPoll = null
      this.look()
      if (this.isAwaited) this.#pollLater()
    })
  }

  #stopPolling(): void {
    this.#cancelPoll?.()
    this.#cancelPoll = null
  }

  #watch(): FSWatcher | null {
    try {
      const { ino } = statSync(this.#shmPath)
      const watcher = watch(this.#shmPath, { persistent: false }, (event) => {
        // On macOS a write that does not make it longer is reported as a rename too.
        if (event !== 'change' && !this.#isStill(ino)) this.#unwatch(watcher)
        // Of an own commit it finds nothing, and that is all that it costs.
        if (this.isAwaited) this.look()
      })
      watcher.on('error', () => this.#unwatch(watcher))
      return watcher
    } catch {
      return null // no such file yet, or no watches left: the poll is enough
    }
  }

  #isStill(ino: number): boolean {
    return statSync(this.#shmPath, { throwIfNoEntry: false })?.ino === ino
  }

  /** It was removed or replaced: the next wait watches what is there then. */
  #unwatch(watcher: FSWatcher): void {
    watcher.close()
    if (this.#watcher === watcher) this.#watcher = null
  }

  /** By its path: a file of a store that is open is never opened a second time. */
  #touch(): void {
    const now = this.clock.now() / 1_000
    try {
      utimesSync(this.#shmPath, now, now)
    } catch {} // the file of another user: the others find the commit when they poll
  }

  /** Notifies if others have committed something since the last look. */
  protected override look(): void {
    const version = this.#version()
    if (version === this.#seen) return
    this.#seen = version
    this.note()
    this.notify()
  }

  #version(): unknown {
    try {
      return this.#db.open ? this.#dataVersion.get() : null
    } catch {
      return null // whoever is woken by this reads next, and tells what is wrong with the file
    }
  }
}
