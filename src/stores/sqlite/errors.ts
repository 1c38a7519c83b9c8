import { closeSync, openSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreDamagedError, StoreUnavailableError } from '../../domain/errors.js'

const afterDamage = 'stop all workers, keep the file, and restore a backup'

const causes: readonly (readonly [RegExp, string, string])[] = [
  // Where the index of the WAL finds no room, SQLite tells of its size.
  [/^SQLITE_FULL$|^SQLITE_IOERR_SHMSIZE$|^(ENOSPC|EDQUOT)$/, 'the disk is full', 'free some space; nothing was stored'],
  [
    /^SQLITE_READONLY|^EACCES$|^EPERM$|^EROFS$/,
    'it cannot be written',
    'check the owner and mode of the file and of its folder',
  ],
  [
    /^SQLITE_CANTOPEN|^(ENOENT|ENOTDIR|EISDIR|EEXIST|ELOOP|ENAMETOOLONG)$/,
    'it cannot be opened',
    'check the path and the permissions of its folder',
  ],
  [/^E[MN]FILE$/, 'too many files are open', 'raise the limit of open files (ulimit -n)'],
  [/^SQLITE_CORRUPT/, 'its pages are damaged', afterDamage],
  [/^SQLITE_NOTADB$/, 'it is no SQLite database', 'use another file, or move its folder away'],
  [
    /^SQLITE_IOERR|^(EIO|EFBIG)$/,
    'the disk reported an error',
    'check the disk, quotas and file size limits; nothing was stored',
  ],
  [
    /^SQLITE_BUSY|^SQLITE_LOCKED/,
    'another process holds its lock',
    'find the process that writes to it for so long, and try again',
  ],
  // Whatever else the library or the system refuses is no mistake in a statement of ours.
  [/^SQLITE_(?!ERROR|CONSTRAINT|MISUSE|RANGE|MISMATCH)|^E[A-Z0-9]+$/, 'it cannot be used', 'nothing was stored'],
]

/** What to tell the user when SQLite or the file system refuses; anything that is no such refusal comes back as it is. */
export function storeError(path: string, thrown: unknown): unknown {
  const refusal = lacksInodes(path, thrown) ? noInodes : refusalOf(thrown)
  if (refusal === null) return thrown
  if (isDamage(thrown) && thrown.code !== 'SQLITE_NOTADB') return damaged(path, thrown)
  return new StoreUnavailableError('E_STORE_UNAVAILABLE', `store ${path}: ${refusal.cause}`, refusal.hint)
}

/** Why SQLite or the file system has refused; null for anything that is no such refusal. */
export function refusalOf(thrown: unknown): { readonly cause: string; readonly hint: string } | null {
  if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return null
  // SQLite says no more than that it cannot open the file.
  const code = thrown.code === 'SQLITE_CANTOPEN' && lacksDescriptors() ? 'EMFILE' : thrown.code
  const found = causes.find(([pattern]) => pattern.test(code))
  return found === undefined ? null : { cause: `${found[1]} (${code})`, hint: found[2] }
}

const noInodes = {
  cause: 'its disk has no inodes left (SQLITE_CANTOPEN)',
  hint: 'remove some files; nothing was stored',
}

/** SQLite says no more than that it cannot open a file, which may be one that it has to make. */
function lacksInodes(path: string, thrown: unknown): boolean {
  if (!(thrown instanceof Error) || !('code' in thrown) || thrown.code !== 'SQLITE_CANTOPEN') return false
  try {
    const { files, ffree } = statfsSync(dirname(path))
    return files > 0 && ffree === 0
  } catch {
    return false
  }
}

/** Whether there are fewer descriptors left than a store needs: for the database, its WAL, its index, and a look at them. */
function lacksDescriptors(): boolean {
  const opened: number[] = []
  try {
    while (opened.length < 4) opened.push(openSync('/', 'r'))
    return false
  } catch (thrown) {
    return /^E[MN]FILE$/.test(String((thrown as NodeJS.ErrnoException).code))
  } finally {
    for (const descriptor of opened) closeSync(descriptor)
  }
}

/** Whether the file itself is broken. What comes after it from the same file cannot be trusted. */
export function isDamage(thrown: unknown): thrown is Error & { readonly code: string } {
  return thrown instanceof Error && 'code' in thrown && /^SQLITE_(CORRUPT|NOTADB)/.test(String(thrown.code))
}

export function damaged(path: string, { code }: { readonly code: string }): StoreDamagedError {
  return new StoreDamagedError('E_STORE_DAMAGED', `store ${path}: its pages are damaged (${code})`, afterDamage)
}

/** Whether the file takes no writes for now, of whomever they are: the disk is full, read-only or fails, or somebody holds its lock. */
export function refusesWrites(thrown: unknown): boolean {
  return (
    thrown instanceof Error && 'code' in thrown && /^SQLITE_(FULL|IOERR|READONLY|BUSY|LOCKED)/.test(String(thrown.code))
  )
}

/** Whether a lock was busy: the only refusal that is worth another try at once. */
export function isBusy(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && /^SQLITE_(BUSY|LOCKED)/.test(String(thrown.code))
}
