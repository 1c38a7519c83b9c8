import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { StoreUnavailableError } from '../../domain/errors.js'

/** Throws StoreUnavailableError with the true reason if the file of a store cannot be written here. */
export function refuseUnwritable(path: string): void {
  for (const place of [path, dirname(path)]) {
    const code = refusedAccess(place, constants.W_OK)
    if (code !== null) throw refused(path, place, code, 'written', waysLeft(path))
  }
}

function waysLeft(path: string): string {
  return refusedAccess(path, constants.R_OK) === null ? 'commands that only read still work' : asOwner
}

const asOwner = 'run the command as that user, or change the mode'

/** Throws StoreUnavailableError with the true reason if the file of a store cannot be read here. */
export function refuseUnreadable(path: string): void {
  const code = refusedAccess(path, constants.R_OK)
  if (code !== null) throw refused(path, path, code, 'read', asOwner)
}

/** Whether SQLite can make the files there that it needs beside the one of the store. */
export function mayMakeFilesBeside(path: string): boolean {
  return refusedAccess(dirname(path), constants.W_OK) === null
}

/** The code of the system; null if it refuses nothing. */
function refusedAccess(place: string, mode: number): string | null {
  try {
    accessSync(place, mode)
    return null
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code ?? ''
    return /^(EACCES|EPERM|EROFS)$/.test(code) ? code : null // whatever else it is, opening it says so
  }
}

function refused(path: string, place: string, code: string, what: string, hint: string): StoreUnavailableError {
  const why = code === 'EROFS' ? 'its file system is read-only' : whoOwns(place)
  return new StoreUnavailableError('E_STORE_UNAVAILABLE', `store ${path}: it cannot be ${what}: ${why} (${code})`, hint)
}

function whoOwns(place: string): string {
  const stat = statSync(place, { throwIfNoEntry: false })
  if (stat === undefined) return `${place} is gone`
  const me = process.geteuid?.() ?? stat.uid
  if (stat.uid !== me) return `${place} belongs to user ${stat.uid}, and this is user ${me}`
  return `${place} has mode ${(stat.mode & 0o777).toString(8)}`
}
