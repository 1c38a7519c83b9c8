import { realpathSync, statSync } from 'node:fs'
import type Database from 'better-sqlite3'
import type { Clock } from '../../domain/clock.js'
import { type StoreDamagedError, StoreLostError } from '../../domain/errors.js'
import { connectByDriver } from './driver.js'
import { damaged, isDamage, storeError } from './errors.js'
import { identityCheck } from './identity.js'
import { migrations } from './migrations.js'
import { refuseOldCopy } from './read-only-copy.js'
import { markFault } from './transfer/mark.js'

const glanceEveryMs = 1_000

/**
 * Says whether a file that is in use can still be trusted: SQLite itself goes on without a word after the file or what
 * is beside it was removed, and each statement that meets no damaged page succeeds. Nothing is acknowledged once there
 * is a reason not to.
 */
export class FileGuard {
  readonly #path: string
  readonly #checkFile: () => void
  readonly #checkCopy: () => void
  readonly #besides: readonly Beside[]
  readonly #version: Database.Statement
  readonly #fault: () => StoreLostError | null
  readonly #clock: Clock
  #glancedAt: number
  #damage: StoreDamagedError | null = null

  constructor(db: Database.Database, path: string, clock: Clock) {
    this.#path = path
    this.#clock = clock
    this.#glancedAt = clock.monotonicMs()
    this.#checkFile = identityCheck(path)
    this.#checkCopy = () => refuseOldCopy(db)
    // SQLite's files beside it have the name of the file that a link leads to.
    const real = realpathSync(path)
    this.#besides = ['-wal', '-shm'].map((ending) => new Beside(`${real}${ending}`))
    this.#version = db.prepare('PRAGMA user_version').pluck()
    this.#fault = () => markFault(db, path)
  }

  /** Before a transaction. Costs some microseconds. Throws StoreLostError. */
  check(): void {
    if (this.#damage !== null) throw this.#damage
    this.#checkFile()
    for (const beside of this.#besides) beside.check(this.#path)
  }

  /**
   * Before something is read, once a second: whoever follows a job would go on to read a file that was removed. What is
   * beside it is left out: a store that is only read may have nothing there. Throws StoreLostError, or StoreUnavailableError
   * if only a copy is read.
   */
  glance(): void {
    const now = this.#clock.monotonicMs()
    if (now - this.#glancedAt < glanceEveryMs) return
    this.#glancedAt = now
    this.#checkFile()
    this.#checkCopy()
  }

  /** In a transaction: nobody can change the schema before it ends. Throws StoreLostError. */
  checkSchema(): void {
    const version = this.#version.get() as number
    if (version > migrations.length) throw this.#fault() ?? newer(this.#path, version)
  }

  /**
   * Looks at the file as whoever opens it: the connection in use has its first pages in memory. By SQLite itself, which
   * keeps its locks when the second connection is closed. Throws what SQLite says of damage.
   */
  look(): void {
    try {
      const second = connectByDriver(this.#path, { readonly: true, fileMustExist: true, timeout: 0 })
      try {
        second.prepare('SELECT count(*) FROM sqlite_schema').get()
      } finally {
        second.close()
      }
    } catch (thrown) {
      if (isDamage(thrown)) throw thrown // a lock, or a lack of descriptors, says nothing about the file
    }
  }

  /** What to report of an error of SQLite. Damage is kept: it refuses all that follows. */
  refused(thrown: unknown): unknown {
    if (isDamage(thrown)) return this.#damageOf(thrown)
    return this.#damage ?? storeError(this.#path, this.#schemaFault(thrown))
  }

  #damageOf(thrown: Error & { readonly code: string }): StoreLostError {
    try {
      this.#checkFile()
    } catch (lost) {
      if (lost instanceof StoreLostError) return lost // SQLite sees only that its pages are missing
    }
    this.#damage ??= damaged(this.#path, thrown)
    return this.#damage
  }

  /** A statement may not fit a newer schema: then that is the reason. */
  #schemaFault(thrown: unknown): unknown {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'SQLITE_ERROR')) return thrown
    try {
      this.checkSchema()
      return thrown
    } catch (fault) {
      return fault
    }
  }
}

/**
 * A file that SQLite keeps beside the store as long as somebody has it open. Whoever opens the store after it was
 * removed makes another one, and the two write into the same pages.
 */
class Beside {
  readonly #path: string
  #inode: number | null = null

  constructor(path: string) {
    this.#path = path
  }

  check(store: string): void {
    const inode = statSync(this.#path, { throwIfNoEntry: false })?.ino ?? null
    if (inode === this.#inode) return
    // The first transaction makes it.
    if (this.#inode === null) this.#inode = inode
    else throw lost(store, `${this.#path} was ${inode === null ? 'removed' : 'replaced by another one'}`)
  }
}

function lost(path: string, what: string): StoreLostError {
  return new StoreLostError(
    'E_STORE_LOST',
    `store ${path}: ${what} while it was in use`,
    'stop everything that uses the store, then look with "offstage doctor"; nothing more was stored',
  )
}

function newer(path: string, version: number): StoreLostError {
  return new StoreLostError(
    'E_STORE_NEWER',
    `store ${path}: its schema is version ${version} now, this program knows up to ${migrations.length}`,
    'a newer offstage has brought it up to date: start this one again with that version; nothing more was stored',
  )
}
