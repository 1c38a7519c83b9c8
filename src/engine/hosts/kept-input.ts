import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { Clock } from '../../domain/clock.js'
import { waitAtMost } from '../clock.js'
import { inTemporaryFolder } from './temporary-folder.js'

const chunkBytes = 64 * 1024
/** How long the first attempt waits for the end of the input. If it arrives in time, the attempt reads a file. */
const settleMs = 50

/**
 * An input that each attempt of a command reads from the start. A file without a name keeps what has arrived. It
 * reads the source no faster than the command reads it.
 */
export class KeptInput {
  readonly #source: Readable
  readonly #chunks: AsyncIterator<Buffer>
  readonly #file: number
  #length = 0
  #isComplete = false
  #reading: Promise<void> | null = null
  #fault: Error | null = null

  private constructor(source: Readable, file: number) {
    this.#source = source
    this.#chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>
    this.#file = file
  }

  /** Starts to read. Throws the system's error if no file can be created. */
  static async of(source: Readable, clock: Clock): Promise<KeptInput> {
    const input = new KeptInput(source, openUnnamed())
    await waitAtMost(clock, settleMs, input.#firstPart())
    return input
  }

  /** Why it can be neither read nor kept any more; null if it can. */
  get fault(): Error | null {
    return this.#fault
  }

  /**
   * A descriptor of its own to all of it; null while it is not complete, and where the system opens no nameless file.
   */
  open(): number | null {
    if (!this.#isComplete) return null
    try {
      return openSync(`/proc/self/fd/${this.#file}`, 'r')
    } catch {
      return null
    }
  }

  /** Writes all of it, and its end. Resolves then, when the reader has gone, or on a fault. */
  async feed(reader: Writable): Promise<void> {
    const gone = new Promise<void>((resolve) => reader.once('close', resolve).on('error', () => {}))
    let position = 0
    while (!reader.destroyed && this.#fault === null) {
      if (position < this.#length) {
        const chunk = Buffer.allocUnsafe(chunkBytes)
        const length = readSync(this.#file, chunk, 0, chunkBytes, position)
        position += length
        const isTaken = reader.write(chunk.subarray(0, length))
        if (!isTaken) await Promise.race([new Promise((resolve) => reader.once('drain', resolve)), gone])
      } else if (this.#isComplete) {
        reader.end()
        return
      } else await Promise.race([this.#more(), gone])
    }
  }

  close(): void {
    this.#source.destroy()
    closeSync(this.#file)
  }

  async #firstPart(): Promise<void> {
    while (!this.#isComplete && this.#length < chunkBytes && this.#fault === null) await this.#more()
  }

  /** Several attempts wait for the same chunk. */
  #more(): Promise<void> {
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = null
    })
    return this.#reading
  }

  async #readOn(): Promise<void> {
    try {
      const { done, value } = await this.#chunks.next()
      if (done === true) this.#isComplete = true
      else this.#keep(value)
    } catch (thrown) {
      this.#fault = thrown as Error
    }
  }

  #keep(chunk: Buffer): void {
    for (let done = 0; done < chunk.length; ) {
      const written = writeSync(this.#file, chunk, done, chunk.length - done, this.#length)
      done += written
      this.#length += written
    }
  }
}

/** A file for writing and reading that no other process can open. */
function openUnnamed(): number {
  return inTemporaryFolder((folder) => openSync(join(folder, 'stdin'), 'wx+', 0o600))
}
