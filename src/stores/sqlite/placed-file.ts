import { existsSync, linkSync, lstatSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { StoreUnavailableError, UsageError } from '../../domain/errors.js'
import type { BackupTarget } from '../store-file.js'
import { refusalOf } from './errors.js'
import { createEmpty, syncFolder } from './files.js'
import { identityOf } from './identity.js'

/**
 * Makes a file that is complete and safe when it appears under its name: `fill` writes it in a folder of its own beside
 * that. If anything fails, nothing stays. Throws UsageError for a place where it cannot be, and StoreUnavailableError
 * `E_BACKUP_FAILED` if it cannot be written.
 */
export async function placeFile<T>(
  { path, replaces }: BackupTarget,
  fill: (temporary: string) => Promise<T>,
): Promise<T> {
  let folder: string | null = null
  try {
    folder = mkdtempSync(join(dirname(path), '.offstage-new-')) // mode 0700
    const temporary = join(folder, basename(path))
    createEmpty(temporary)
    const filled = await fill(temporary)
    if (replaces) renameSync(temporary, path)
    else linkOrRename(temporary, path)
    syncFolder(dirname(path))
    return filled
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') throw alreadyThere(path)
    const refusal = refusalOf(thrown)
    if (refusal === null) throw thrown
    const hint = 'nothing was left behind; choose another place, or free some space'
    throw new StoreUnavailableError('E_BACKUP_FAILED', `${path}: ${refusal.cause}`, hint)
  } finally {
    if (folder !== null) rmSync(folder, { recursive: true, force: true })
  }
}

/** A link never replaces a file that another process has put there meanwhile. Not every file system has links. */
function linkOrRename(temporary: string, path: string): void {
  try {
    linkSync(temporary, path)
  } catch (thrown) {
    if (!/^(EPERM|ENOTSUP|EOPNOTSUPP|ENOSYS|EMLINK)$/.test((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown
    if (existsSync(path)) throw alreadyThere(path)
    renameSync(temporary, path)
  }
}

function alreadyThere(path: string): UsageError {
  return new UsageError('E_EXISTS', `${path} is there already`, 'name another file, or replace it with --force')
}

/** Refuses places where a backup of `source` must not be. Throws UsageError. */
export function checkTarget({ path, replaces }: BackupTarget, source: string): void {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat?.isDirectory() === true || path.endsWith('/')) throw wrong(path, 'is a folder', 'name a file in it')
  if (stat !== undefined && !stat.isFile()) throw wrong(path, 'is no file', 'name another one')
  const folder = statSync(dirname(path), { throwIfNoEntry: false })
  if (folder?.isDirectory() !== true) {
    throw wrong(path, `cannot be made: there is no folder ${dirname(path)}`, 'make the folder first')
  }
  if (stat !== undefined && isSame(path, source)) {
    throw wrong(path, 'is the store itself', 'name another file')
  }
  const database = besideOf(path)
  if (database !== null) throw wrong(path, `is a name that SQLite uses beside ${database}`, 'name another file')
  if (stat !== undefined && !replaces) throw alreadyThere(path)
}

const besides = ['-wal', '-shm', '-journal']

/** The database beside which SQLite takes a file of this name for its own; null if there is none. */
function besideOf(path: string): string | null {
  const ending = besides.find((end) => path.endsWith(end))
  const database = ending === undefined ? path : path.slice(0, -ending.length)
  return ending !== undefined && existsSync(database) ? database : null
}

/** Refuses a place where the files of another database are: SQLite would take them for those of the new file. */
export function refuseRests(path: string): void {
  const rest = besides.find((end) => lstatSync(`${path}${end}`, { throwIfNoEntry: false }))
  if (rest === undefined) return
  throw wrong(path, `is in use, or was not closed: there is ${path}${rest}`, 'name another file')
}

function isSame(path: string, source: string): boolean {
  const [one, other] = [identityOf(path), identityOf(source)]
  return one.dev === other.dev && one.ino === other.ino
}

function wrong(path: string, what: string, hint: string): UsageError {
  return new UsageError('E_BACKUP', `${path} ${what}`, hint)
}
