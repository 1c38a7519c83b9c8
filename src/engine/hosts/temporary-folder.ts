import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Uses a folder of mode 0700, then deletes it. Files opened in it stay usable, without a name. Throws the system's
 * error if no folder can be created.
 */
export function inTemporaryFolder<T>(use: (folder: string) => T): T {
  const folder = makeFolder()
  try {
    return use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function makeFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'offstage-'))
  } catch (thrown) {
    try {
      // A container with a read-only root has this one all the same.
      return mkdtempSync('/dev/shm/offstage-')
    } catch {
      throw thrown
    }
  }
}
