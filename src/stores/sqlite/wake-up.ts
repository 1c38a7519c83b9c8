import type Database from 'better-sqlite3'
import { News, type WaitRequest } from '../news.js'

const pollMs = 20

/**
 * News of this process, and of others: their commits move `PRAGMA data_version`. The pragma costs some microseconds, so
 * whoever waits looks fifty times a second.
 */
export class WakeUp extends News {
  readonly #db: Database.Database
  #seen: unknown

  constructor(db: Database.Database) {
    super()
    this.#db = db
    this.#seen = this.#version()
  }

  /** Looks for the commits of others first: what came before the look is not waited for. */
  override get count(): number {
    this.#look()
    return super.count
  }

  override async wait(request: WaitRequest): Promise<void> {
    if (!this.#db.open) return
    const poll = setInterval(() => this.#look(), pollMs)
    try {
      await super.wait(request)
    } finally {
      clearInterval(poll)
    }
  }

  #look(): void {
    const version = this.#version()
    if (version === this.#seen) return
    this.#seen = version
    this.note()
    this.tell()
  }

  #version(): unknown {
    try {
      return this.#db.open ? this.#db.pragma('data_version', { simple: true }) : null
    } catch {
      return null // whoever is woken by this reads next, and tells what is wrong with the file
    }
  }
}
