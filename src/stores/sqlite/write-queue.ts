import type Database from 'better-sqlite3'
import type { Clock } from '../../domain/clock.js'
import { StoreLostError } from '../../domain/errors.js'
import { storeClosed } from '../closed.js'
import { checkpointAt, type Durability, type SqliteLocation } from './database.js'
import { isBusy } from './errors.js'
import type { FileGuard } from './file-guard.js'

const defaultPatienceMs = 10_000

/** What belongs to every transaction, whatever is written in it. */
export interface AroundWrites {
  begin(): void
  /** Before the commit. */
  end(): void
  committed(): void
  /** It was rolled back, and is not tried again. */
  refused(thrown: unknown): void
}

interface Write {
  run(): unknown
  /** Whether it must survive a power loss once it is answered. */
  readonly synced: boolean
  resolve(value: unknown): void
  reject(reason: unknown): void
}

/**
 * Group commit: the writes asked for in one turn of the event loop run in one transaction, and resolve after its
 * commit. One caller who awaits one write pays one fsync; a hundred in flight share it.
 */
export class WriteQueue {
  readonly #db: Database.Database
  readonly #path: string
  readonly #clock: Clock
  readonly #around: AroundWrites
  readonly #guard: FileGuard
  readonly #commit: (writes: readonly Write[]) => unknown[]
  readonly #durability: Durability
  readonly #patienceMs: number
  #synced = true
  #waiting: Write[] = []
  #flushing: Promise<void> | null = null

  /**
   * `patienceMs` is for how long a write waits for a lock that others hold, before it is refused.
   */
  constructor(
    db: Database.Database,
    { path, durability }: SqliteLocation,
    clock: Clock,
    around: AroundWrites,
    guard: FileGuard,
    patienceMs = defaultPatienceMs,
  ) {
    this.#durability = durability
    this.#patienceMs = patienceMs
    this.#db = db
    this.#path = path
    this.#clock = clock
    this.#around = around
    this.#guard = guard
    // IMMEDIATE: a transaction that reads first and writes later can fail half-way with BUSY, whatever the timeout.
    this.#commit = db.transaction((writes: readonly Write[]) => {
      guard.checkSchema()
      around.begin()
      const values = writes.map((write) => write.run())
      around.end()
      return values
    }).immediate
  }

  /** Runs `write` in the next transaction. It must be synchronous, and safe to run again after a roll-back. */
  run<T>(write: () => T): Promise<T> {
    return this.#add(write, true)
  }

  /**
   * As `run`, for what means nothing after a power loss, such as a claim: nobody runs then. It saves the fsync if
   * nothing else is in the transaction.
   */
  runUnsynced<T>(write: () => T): Promise<T> {
    return this.#add(write, false)
  }

  #add<T>(write: () => T, synced: boolean): Promise<T> {
    if (!this.#db.open) return Promise.reject(storeClosed(this.#path))
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ run: write, synced, resolve: resolve as (value: unknown) => void, reject })
      this.#flushing ??= this.#flush()
    })
  }

  /** Resolves when everything asked for so far is committed or refused. */
  async drained(): Promise<void> {
    while (this.#flushing !== null) await this.#flushing
  }

  async #flush(): Promise<void> {
    await endOfTurn()
    while (this.#waiting.length > 0) {
      const writes = this.#waiting
      this.#waiting = []
      if (!(await this.#together(writes))) for (const write of writes) await this.#together([write])
      if (this.#waiting.length > 0) await endOfTurn()
    }
    this.#flushing = null
  }

  /** A process that never claims stays as it was opened. */
  #sync(synced: boolean): void {
    if (this.#durability === 'relaxed' || synced === this.#synced) return
    const [synchronous, pages] = synced ? ['FULL', checkpointAt.ends] : ['NORMAL', checkpointAt.others]
    this.#db.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA wal_autocheckpoint = ${pages}`)
    this.#synced = synced
  }

  /** Commits `writes` as one. False if they failed and there are several: then each must stand alone. */
  async #together(writes: readonly Write[]): Promise<boolean> {
    const giveUpAt = this.#clock.monotonicMs() + this.#patienceMs
    for (;;) {
      try {
        this.#guard.check()
        this.#sync(writes.some(({ synced }) => synced))
        const values = this.#commit(writes)
        this.#around.committed()
        writes.forEach((write, index) => {
          write.resolve(values[index])
        })
        return true
      } catch (thrown) {
        const refusal = this.#guard.refused(thrown)
        const busy = isBusy(thrown)
        if (busy && this.#clock.monotonicMs() < giveUpAt) {
          await this.#clock.sleep(shortWaitMs())
          continue
        }
        this.#around.refused(thrown)
        // Alone, none of them would find the lock free either.
        if (!busy && writes.length > 1 && !(refusal instanceof StoreLostError)) return false
        for (const write of writes) write.reject(refusal)
        return true
      }
    }
  }
}

function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

// Jitter: processes that met at the lock must not meet there again.
function shortWaitMs(): number {
  return 1 + Math.random() * 9
}
