import { closeSync, openSync, readSync } from 'node:fs'

/** The first bytes of a file, at most `length`. Throws what the file system throws. */
export function startOfFile(file: string, length: number): Buffer {
  const descriptor = openSync(file, 'r')
  try {
    const bytes = Buffer.allocUnsafe(length)
    return bytes.subarray(0, readSync(descriptor, bytes, 0, length, 0))
  } finally {
    closeSync(descriptor)
  }
}
