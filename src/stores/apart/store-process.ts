import { isTemporary } from '../../domain/errors.js'
import { StoreChild, type StoreProgram } from './child.js'
import type { MethodCall } from './messages.js'

/** What can be opened in a store process: an opener of its program, and what that is given. */
export interface Opening {
  readonly opener: string
  readonly options: unknown
}

/**
 * The process in which this one has its stores open, so that a commit never stalls it and no other SQLite library in it
 * drops their locks. It starts with the first store and ends with the last. If it dies, the next call starts a new one.
 */
export class StoreProcess {
  readonly #program: StoreProgram
  readonly #objects = new Map<number, RemoteObject>()
  #child: StoreChild | null = null
  #lastObject = 0

  constructor(program: StoreProgram) {
    this.#program = program
  }

  /** Its number, for whoever measures it; undefined while it does not run. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Resolves when it is open. Rejects as the opener does. `changed`: something was stored that may be work. */
  async open(opening: Opening, changed: () => void): Promise<RemoteObject> {
    const id = ++this.#lastObject
    const object = new RemoteObject(id, opening, changed, this)
    this.#objects.set(id, object)
    try {
      await object.opened()
      return object
    } catch (thrown) {
      await this.forget(id)
      throw thrown
    }
  }

  /** The running process; starts it. Throws StoreUnavailableError. */
  running(): StoreChild {
    if (this.#child !== null && !this.#child.isGone) return this.#child
    const child = new StoreChild(this.#program, (id) => this.#objects.get(id)?.changed())
    this.#child = child
    void child.ended.then(() => {
      // Whoever waits for a change looks again, and so starts the next process.
      for (const object of this.#objects.values()) object.changed()
    })
    return child
  }

  /** Of an object that is closed: the process ends with the last one. */
  async forget(id: number): Promise<void> {
    this.#objects.delete(id)
    if (this.#objects.size > 0) return
    const child = this.#child
    this.#child = null
    await child?.end()
  }
}

/** Something that is open in the store process, or is opened again there by the next call. */
export class RemoteObject {
  readonly #id: number
  readonly #opening: Opening
  readonly #changed: () => void
  readonly #process: StoreProcess
  /** The process that has it open. */
  #child: StoreChild | null = null
  #opened: Promise<unknown> = Promise.resolve()
  #identity: unknown = null
  #isWatched = false
  #isClosed = false

  constructor(id: number, opening: Opening, changed: () => void, process: StoreProcess) {
    this.#id = id
    this.#opening = opening
    this.#changed = changed
    this.#process = process
  }

  async opened(): Promise<void> {
    this.#openIn()
    await this.#opened
  }

  async call(call: MethodCall): Promise<unknown> {
    return this.#openIn().ask({ kind: 'call', object: this.#id, ...call })
  }

  /** Asks for the next `changed`. */
  watch(): void {
    if (this.#isWatched || this.#isClosed) return
    try {
      const child = this.#openIn()
      this.#isWatched = true
      child.tell({ kind: 'watch', object: this.#id })
    } catch {} // whoever waits looks again when its time is over, and learns why
  }

  changed(): void {
    this.#isWatched = false
    this.#changed()
  }

  /** After all earlier calls. */
  async close(): Promise<void> {
    this.#isClosed = true
    try {
      if (this.#child !== null && !this.#child.isGone) await this.#child.ask({ kind: 'close', object: this.#id })
    } catch (thrown) {
      if (!isTemporary(thrown)) throw thrown // its process has ended, and so it is closed
    } finally {
      await this.#process.forget(this.#id)
    }
  }

  /** The process that has it open; asks it to open it if it has not. */
  #openIn(): StoreChild {
    const child = this.#process.running()
    if (child === this.#child) return child
    this.#child = child
    const isAgain = this.#identity !== null
    this.#opened = child.ask({ kind: 'open', object: this.#id, ...this.#opening, earlier: this.#identity }).then(
      (identity) => {
        this.#identity = identity
        // What others stored while no process was there to see it.
        if (isAgain) this.changed()
      },
      (thrown: unknown) => {
        // The next call opens it again.
        if (this.#child === child) this.#child = null
        throw thrown
      },
    )
    this.#opened.catch(() => {})
    return child
  }
}
