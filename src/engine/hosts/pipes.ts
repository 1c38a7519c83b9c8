import { execFileSync } from 'node:child_process'
import { closeSync, constants, openSync } from 'node:fs'
import { join } from 'node:path'
import { inTemporaryFolder } from './temporary-folder.js'

/** The ends of a pipe of the system's, as file descriptors of this process. */
export interface Pipe {
  readonly readEnd: number
  readonly writeEnd: number
}

// One mkfifo takes about 3 ms for any number of pipes. This is enough for four programs.
const batchSize = 12

/**
 * Pipes for programs. What Node calls a pipe is a pair of sockets, and those cannot be opened by name: a program that
 * writes to /dev/stderr, or reads /dev/stdin, would fail. Node has no call that makes a real one, but it can open a
 * FIFO.
 */
export class Pipes {
  readonly #ready: Pipe[] = []

  /** null where the system makes none: without mkfifo, or where nothing may be written. */
  take(count: number): readonly Pipe[] | null {
    try {
      while (this.#ready.length < count) this.#ready.push(...makePipes(batchSize))
      return this.#ready.splice(0, count)
    } catch {
      return null
    }
  }

  close(): void {
    closeAll(this.#ready.splice(0))
  }
}

function makePipes(count: number): Pipe[] {
  return inTemporaryFolder((folder) => {
    const names = Array.from({ length: count }, (_, index) => join(folder, String(index)))
    execFileSync('mkfifo', ['-m', '600', ...names], { stdio: 'ignore' })
    const pipes: Pipe[] = []
    try {
      for (const name of names) pipes.push(openBoth(name))
      return pipes
    } catch (thrown) {
      closeAll(pipes)
      throw thrown
    }
  })
}

function openBoth(name: string): Pipe {
  // Opening one end blocks until the other end is open, unless a descriptor has both open.
  const both = openSync(name, constants.O_RDWR | constants.O_NONBLOCK)
  try {
    const readEnd = openSync(name, constants.O_RDONLY)
    try {
      return { readEnd, writeEnd: openSync(name, constants.O_WRONLY) }
    } catch (thrown) {
      closeSync(readEnd)
      throw thrown
    }
  } finally {
    closeSync(both)
  }
}

function closeAll(pipes: readonly Pipe[]): void {
  for (const { readEnd, writeEnd } of pipes) {
    closeSync(readEnd)
    closeSync(writeEnd)
  }
}
