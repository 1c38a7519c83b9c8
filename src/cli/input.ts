import { closeSync, constants, createReadStream, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { UsageError } from '../domain/errors.js'
import { formatSize } from '../domain/size.js'
import { decodeText } from '../domain/text.js'

/** For one value: arguments have 256 KB, and JSON may have much space in it. A device or a pipe may never end. */
const maxValueBytes = 16 * 1024 ** 2

/** For many lines: they are checked together before the first is stored. */
export const maxLinesBytes = 256 * 1024 ** 2

const chunkBytes = 64 * 1024

/** The text of a file that the user names. `option` is where it was named. Throws UsageError. */
export function readInputFile(file: string, option: string): string {
  const place = `${option}: ${file}`
  try {
    return textOf(readAtMost(file, maxValueBytes, place), place)
  } catch (thrown) {
    if (thrown instanceof UsageError) throw thrown
    throw unreadable(place, thrown)
  }
}

function readAtMost(file: string, maxBytes: number, place: string): Buffer {
  const descriptor = openSync(file, 'r')
  try {
    const chunks: Buffer[] = []
    for (let length = 0; ; ) {
      const chunk = Buffer.allocUnsafe(chunkBytes)
      const read = readSync(descriptor, chunk, 0, chunkBytes, null)
      if (read === 0) return Buffer.concat(chunks)
      chunks.push(chunk.subarray(0, read))
      length += read
      if (length > maxBytes) throw tooLarge(place, maxBytes)
    }
  } finally {
    closeSync(descriptor)
  }
}

/** The same without holding up signals: a pipe may wait for its writer. */
export async function readInputStream(file: string, option: string, maxBytes: number): Promise<string> {
  const place = `${option}: ${file}`
  try {
    return textOf(await readAll(streamOf(file), maxBytes, place), place)
  } catch (thrown) {
    if (thrown instanceof UsageError) throw thrown
    throw unreadable(place, thrown)
  }
}

/** A pipe is polled, not opened by a thread that waits for its writer: this process could not exit before that. */
function streamOf(file: string): Readable {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  return fstatSync(fd).isFIFO() ? new Socket({ fd, readable: true, writable: false }) : createReadStream(file, { fd })
}

/** All of stdin, however slowly it comes. Throws UsageError. */
export async function readStdin(maxBytes = maxValueBytes): Promise<string> {
  // Node reads nothing from a directory, and reports no error.
  if (fstatSync(0).isDirectory()) throw new UsageError('E_INPUT', 'stdin is a directory')
  return textOf(await readAll(process.stdin, maxBytes, 'stdin'), 'stdin')
}

async function readAll(stream: Readable, maxBytes: number, place: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer)
    length += (chunk as Buffer).length
    if (length > maxBytes) throw tooLarge(place, maxBytes)
  }
  return Buffer.concat(chunks)
}

function unreadable(place: string, thrown: unknown): UsageError {
  return new UsageError('E_INPUT', `${place} cannot be read (${(thrown as NodeJS.ErrnoException).code})`)
}

function tooLarge(place: string, maxBytes: number): UsageError {
  const what = `${place} has more than ${formatSize(maxBytes)}; nothing was stored`
  return new UsageError('E_INPUT', what, 'pass a path or a key instead of the data, or split it')
}

function textOf(bytes: Buffer, place: string): string {
  const text = decodeText(bytes)
  if (text !== null) return text
  const line = badLine(bytes)
  throw new UsageError(
    'E_TEXT',
    `${place} is not UTF-8 (line ${line}); nothing was stored`,
    'convert it, such as with iconv',
  )
}

function badLine(bytes: Buffer): number {
  let start = 0
  for (let line = 1; ; line++) {
    const end = bytes.indexOf(10, start)
    if (end < 0 || decodeText(bytes.subarray(start, end)) === null) return line
    start = end + 1
  }
}

/**
 * Refuses arguments and variables of ours that are not UTF-8. Node puts U+FFFD in place of bytes that it cannot decode; only
 * the system has the bytes that were typed. Throws UsageError.
 */
export function refuseUndecodableWords(): void {
  if (process.argv.some(mayBeBad)) {
    const bad = givenTo('cmdline').find((bytes) => decodeText(bytes) === null)
    if (bad !== undefined) throw notUtf8(`the argument ${JSON.stringify(bad.toString('utf8'))}`)
  }
  const ours = Object.entries(process.env).flatMap(([name, value = '']) => (name.startsWith('OFFSTAGE_') ? value : []))
  if (!ours.some(mayBeBad)) return
  const bad = givenTo('environ').find((bytes) => bytes.toString().startsWith('OFFSTAGE_') && decodeText(bytes) === null)
  if (bad !== undefined) throw notUtf8(`the environment variable ${bad.subarray(0, bad.indexOf('=')).toString()}`)
}

function mayBeBad(word: string): boolean {
  return word.includes('\ufffd')
}

function notUtf8(what: string): UsageError {
  return new UsageError('E_TEXT', `${what} is not UTF-8`, 'set the locale of the terminal to UTF-8')
}

/** The words or the variables that this process was given, as bytes; none where the system does not have them. */
function givenTo(list: 'cmdline' | 'environ'): Buffer[] {
  try {
    const all = readFileSync(`/proc/self/${list}`)
    const parts: Buffer[] = []
    for (let start = 0; start < all.length; ) {
      const end = all.indexOf(0, start)
      parts.push(all.subarray(start, end))
      start = end + 1
    }
    return parts
  } catch {
    return []
  }
}
