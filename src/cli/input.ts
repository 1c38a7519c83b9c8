import { fstatSync, readFileSync } from 'node:fs'
import { UsageError } from '../domain/errors.js'
import { decodeText } from '../domain/text.js'

/** The text of a file that the user names. `option` is where it was named. Throws UsageError. */
export function readInputFile(file: string, option: string): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (thrown) {
    throw new UsageError('E_INPUT', `${option}: ${file} cannot be read (${(thrown as NodeJS.ErrnoException).code})`)
  }
  return textOf(bytes, `${option}: ${file}`)
}

/** All of stdin, however slowly it comes. Throws UsageError. */
export async function readStdin(): Promise<string> {
  // Node reads nothing from a directory, and reports no error.
  if (fstatSync(0).isDirectory()) throw new UsageError('E_INPUT', 'stdin is a directory')
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return textOf(Buffer.concat(chunks), 'stdin')
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
 * Refuses arguments that are not UTF-8. Node puts U+FFFD in place of bytes that it cannot decode; only the system has
 * the bytes that were typed. Throws UsageError.
 */
export function refuseUndecodableArguments(): void {
  if (!process.argv.some((word) => word.includes('\ufffd'))) return
  const words = typedWords()
  const bad = words?.find((bytes) => decodeText(bytes) === null)
  if (bad === undefined) return
  throw new UsageError(
    'E_TEXT',
    `the argument ${JSON.stringify(bad.toString('utf8'))} is not UTF-8`,
    'set the locale of the terminal to UTF-8',
  )
}

/** The words of this process as bytes; null where the system does not have them. */
function typedWords(): Buffer[] | null {
  try {
    const line = readFileSync('/proc/self/cmdline')
    const words: Buffer[] = []
    for (let start = 0; start < line.length; ) {
      const end = line.indexOf(0, start)
      words.push(line.subarray(start, end))
      start = end + 1
    }
    return words
  } catch {
    return null
  }
}
