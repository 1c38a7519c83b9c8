import { statSync } from 'node:fs'
import type Database from 'better-sqlite3'

// Commits copy the WAL into the file by themselves, but only what no reader still needs; it begins anew when a moment
// comes in which nobody reads.
const largeWal = 32 * 1024 * 1024

/** Keeps the WAL small. ANALYZE is never run: a queue that was full then is empty later. */
export class Upkeep {
  readonly #db: Database.Database
  readonly #walPath: string

  constructor(db: Database.Database, walPath: string) {
    this.#db = db
    this.#walPath = walPath
  }

  run(): void {
    const size = statSync(this.#walPath, { throwIfNoEntry: false })?.size ?? 0
    // Waits for readers no longer than any write waits for a lock. The next time will do.
    if (size > largeWal) this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  }
}
