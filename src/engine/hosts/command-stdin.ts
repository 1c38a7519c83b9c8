import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import type { KeptInput } from './kept-input.js'
import type { Pipes } from './pipes.js'
import { inTemporaryFolder } from './temporary-folder.js'

/** What a program reads: nothing, a text, the stdin of this process, or a copy of it. */
export type StdinSource = 'nothing' | 'inherited' | KeptInput | { readonly text: string }

/** The stdin of a program that starts next. */
export class CommandStdin {
  /** What `spawn` takes for it. */
  readonly stdio: 'ignore' | 'pipe' | number
  readonly #source: StdinSource
  /** Closed once the program has it. */
  readonly #opened: number | null = null
  readonly #writeEnd: number | null = null

  constructor(source: StdinSource, pipes: Pipes) {
    this.#source = source
    if (source === 'nothing' || source === 'inherited') {
      this.stdio = source === 'nothing' ? 'ignore' : 0
      return
    }
    const file = 'text' in source ? fileOf(source.text) : source.open()
    const pipe = file !== null || 'text' in source ? undefined : pipes.take(1)?.[0]
    this.#opened = file ?? pipe?.readEnd ?? null
    this.#writeEnd = pipe?.writeEnd ?? null
    this.stdio = this.#opened ?? 'pipe'
  }

  /** Why the program could not get all its input; null if it could. */
  get fault(): Error | null {
    return typeof this.#source === 'string' || 'text' in this.#source ? null : this.#source.fault
  }

  /**
   * Sends the input once the program has started; `child` is null if it could not start. Calls `broken` if the input
   * cannot be sent completely.
   */
  started(child: ChildProcess | null, broken: () => void): void {
    if (this.#opened !== null) closeSync(this.#opened)
    if (child === null) {
      if (this.#writeEnd !== null) closeSync(this.#writeEnd)
      return
    }
    const stdin =
      this.#writeEnd === null ? child.stdin : new Socket({ fd: this.#writeEnd, readable: false, writable: true })
    if (stdin == null) return // undefined where the program could not be started
    stdin.on('error', () => {}) // the program need not read
    child.once('exit', () => stdin.destroy())
    if (typeof this.#source === 'string') return
    if ('text' in this.#source) {
      stdin.end(this.#source.text)
      return
    }
    void this.#source.feed(stdin).then(() => {
      if (this.fault !== null) broken()
    })
  }
}

/**
 * A file without a name that holds the text. Of a pipe /dev/stdin could not be opened once all was written to it: the
 * reader would wait for another writer. null where no file can be made: then the input has no name to be opened by.
 */
function fileOf(text: string): number | null {
  try {
    return inTemporaryFolder((folder) => {
      const name = join(folder, 'stdin')
      writeFileSync(name, text, { mode: 0o600, flag: 'wx' })
      return openSync(name, 'r')
    })
  } catch {
    return null // no folder for temporary files is there, or they are full
  }
}
