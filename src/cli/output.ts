import { writeFileSync } from 'node:fs'
import { endProcess } from './end-process.js'
import { exitCodes } from './exit-codes.js'
import { guardOutput } from './guarded-output.js'
import { sayError } from './say.js'

type OutputStream = typeof process.stdout | typeof process.stderr

/** The first error that lost data of stdout. A reader who has gone is none. */
export const unwritten: {
  error: NodeJS.ErrnoException | null
  /** Where to find the lost data; null if nowhere. */
  hint: string | null
} = { error: null, hint: null }

const megabyte = 1024 * 1024

// A person who pages through the output of a run has time: it is shown whole, unless there is very much of it.
const maxWaitingBytes = { service: megabyte, run: 32 * megabyte } as const

/** Whether the command serves until it is stopped. */
export function isService(id: string | null): boolean {
  return id === 'workers:start' || id === 'schedule:start'
}

/**
 * Handles a stdout or stderr that cannot be written. A command that works goes on, and tries to write later lines. A
 * command that only reads ends when its reader has gone. Data that is lost in any other way becomes an error when the
 * program ends. Lines on stderr may always be lost. `running`: the id of the command at that moment; null for help and
 * the like.
 */
export function watchOutput(running: () => string | null): void {
  const isServing = () => isService(running())
  const goesOn = () => isServing() || running() === 'run'
  for (const stream of [process.stdout, process.stderr]) {
    const failed = (error: NodeJS.ErrnoException) => {
      if (hasNoReader(stream, error)) {
        // The exit code of an earlier error stays.
        if (!goesOn()) endProcess(process.exitCode ?? exitCodes.done)
        return
      }
      if (stream === process.stderr || isServing()) return
      unwritten.error ??= error
      if (!goesOn()) endProcess(exitCodes.failed)
    }
    // oclif's listener throws every error but EPIPE.
    stream.removeAllListeners('error').on('error', failed)
    // A pipe or a terminal is a socket to Node.
    if (!('connecting' in stream)) writeWhole(stream, failed)
  }
  guardOutput((name) => {
    if (isServing()) return maxWaitingBytes.service
    if (running() !== 'run') return null
    // The stdout of a run is data.
    return name === 'stderr' ? maxWaitingBytes.run : Number.POSITIVE_INFINITY
  })
  process.once('exit', reportUnwritten)
}

function hasNoReader(stream: OutputStream, { code }: NodeJS.ErrnoException): boolean {
  // A terminal that was closed must not end a worker in the middle of its drain.
  return code === 'EPIPE' || (code === 'EIO' && stream.isTTY)
}

/** A file may take only a part of a write. Node's own stream does not look how much it took. */
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

function reportUnwritten(): void {
  const { error, hint } = unwritten
  if (error === null) return
  if (!process.exitCode) process.exitCode = exitCodes.failed
  const why = error.message.replace(/, write$/, '')
  sayError(`the output could not be written (${why})`, hint)
  if (process.env.DEBUG) process.stderr.write(`${error.stack}\n`)
}
