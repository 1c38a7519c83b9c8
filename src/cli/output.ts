import { writeFileSync } from 'node:fs'
import { endProcess } from './end-process.js'
import { exitCodes } from './exit-codes.js'
import { sayError } from './say.js'

type OutputStream = typeof process.stdout | typeof process.stderr

/** Data that stdout did not take, for whatever reason but a reader who has gone. */
export const unwritten: {
  error: NodeJS.ErrnoException | null
  /** Where what it told can be found all the same; null if nowhere. */
  hint: string | null
} = { error: null, hint: null }

/**
 * What to do when stdout or stderr cannot be written. A program that works goes on without: later lines are tried again.
 * One that only reads is done when its reader has gone. Data that was lost in any other way is told when the program
 * ends. What is said on stderr may be lost always. `running`: the id of the command at that moment; null for help and the
 * like.
 */
export function watchOutput(running: () => string | null): void {
  const isService = () => ['workers:start', 'schedule:start'].includes(running() ?? '')
  const goesOn = () => isService() || running() === 'run'
  for (const stream of [process.stdout, process.stderr]) {
    const failed = (error: NodeJS.ErrnoException) => {
      if (hasNoReader(stream, error)) {
        // An error that was to be told stays one.
        if (!goesOn()) endProcess(process.exitCode ?? exitCodes.done)
        return
      }
      if (stream === process.stderr || isService()) return
      unwritten.error ??= error
      if (!goesOn()) endProcess(exitCodes.failed)
    }
    // The one that oclif has put there throws all but EPIPE.
    stream.removeAllListeners('error').on('error', failed)
    // A pipe or a terminal is a socket to Node.
    if (!('connecting' in stream)) writeWhole(stream, failed)
  }
  process.once('exit', tellUnwritten)
}

function hasNoReader(stream: OutputStream, { code }: NodeJS.ErrnoException): boolean {
  // A terminal that was closed must not end a worker in the middle of its drain.
  return code === 'EPIPE' || (code === 'EIO' && stream.isTTY)
}

/** A file takes what it has space for. Node's own stream asks once, and does not look how much that was. */
function writeWhole(stream: OutputStream, failed: (error: NodeJS.ErrnoException) => void): void {
  stream._write = (chunk: Uint8Array, _encoding, done) => {
    try {
      writeFileSync(stream.fd, chunk)
    } catch (thrown) {
      failed(thrown as NodeJS.ErrnoException)
    }
    done()
  }
}

function tellUnwritten(): void {
  const { error, hint } = unwritten
  if (error === null) return
  if (!process.exitCode) process.exitCode = exitCodes.failed
  const why = error.message.replace(/, write$/, '')
  sayError(`the output could not be written (${why})`, hint)
  if (process.env.DEBUG) process.stderr.write(`${error.stack}\n`)
}
