import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Uses a folder of mode 0700 that is gone afterwards: what was opened in it goes on without a name. Throws what the
 * system says where none can be made.
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
