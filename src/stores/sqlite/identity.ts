import { statSync } from 'node:fs'
import { StoreLostError } from '../../domain/errors.js'

/** Which file a path leads to. */
export interface FileIdentity {
  readonly dev: number
  readonly ino: number
}

export function identityOf(path: string): FileIdentity {
  const { dev, ino } = statSync(path)
  return { dev, ino }
}

/**
 * A check that the path still leads to the file that it leads to now. SQLite goes on without a word after its file was
 * removed or replaced, and what it commits then is gone. The check costs some microseconds, and throws StoreLostError.
 */
export function identityCheck(path: string): () => void {
  const first = identityOf(path)
  return () => checkIdentity(path, first)
}

/** Throws StoreLostError if the path does not lead to this file any more, or the file is empty. */
export function checkIdentity(path: string, first: FileIdentity): void {
  const now = statSync(path, { throwIfNoEntry: false })
  if (now === undefined) throw lost(path, 'was removed')
  if (now.ino !== first.ino || now.dev !== first.dev) throw lost(path, 'was replaced by another one')
  if (now.size === 0) throw lost(path, 'was emptied')
}

function lost(path: string, what: string): StoreLostError {
  return new StoreLostError(
    'E_STORE_LOST',
    `store ${path}: the file ${what} while it was in use`,
    'nothing more was stored; look what happened to the file before you start again',
  )
}
