import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder of the test's own. */
export interface TemporaryFolder {
  readonly path: string
  remove(): void
}

export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'offstage-test-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}
