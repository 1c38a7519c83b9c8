import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Makes a folder and those above it that are missing. Folder by folder: Node's own recursion never comes back from a
 * place where none can be made, such as /proc. Throws what the system says.
 */
export function makeFolder(folder: string, mode: number): void {
  if (isThere(folder)) return
  if (dirname(folder) !== folder) makeFolder(dirname(folder), mode)
  try {
    mkdirSync(folder, { mode })
  } catch (thrown) {
    // Another process was faster, or a file is in its place.
    if (!isThere(folder)) throw thrown
  }
}

function isThere(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ?? false
}
