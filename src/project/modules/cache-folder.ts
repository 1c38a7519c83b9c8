import { statSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { makeFolder } from '../../make-folder.js'

/**
 * A folder in the user's own cache, made with mode 0700. null where there is none, it cannot be made, or others may
 * write in it: its files are run later, so a shared folder such as /tmp, where others could plant code, is no
 * substitute.
 */
export function cacheFolder(name: string): string | null {
  const base = cachePlace()
  if (base === null) return null
  const folder = join(base, name)
  try {
    makeFolder(folder, 0o700)
    return isOwnFolder(base) && isOwnFolder(folder) ? folder : null
  } catch {
    return null // a read-only home, or a file in its place
  }
}

/** Whether this user owns the folder, and no other can write in it. */
function isOwnFolder(folder: string): boolean {
  const { uid, mode } = statSync(folder)
  return uid === process.geteuid?.() && (mode & 0o022) === 0
}

/**
 * Where the cache is, or will be; null if there is no place for it. A relative path would be another folder for each place
 * that a command is run in.
 */
export function cachePlace(): string | null {
  const { OFFSTAGE_CACHE_DIR, XDG_CACHE_HOME } = process.env
  if (OFFSTAGE_CACHE_DIR) return isAbsolute(OFFSTAGE_CACHE_DIR) ? OFFSTAGE_CACHE_DIR : null
  if (XDG_CACHE_HOME && isAbsolute(XDG_CACHE_HOME)) return join(XDG_CACHE_HOME, 'offstage')
  try {
    const home = homedir()
    // System users have a home that must not be there, and root could make it. With the HOME of another user, as sudo
    // may leave it, folders would be made that this other one cannot use.
    const isOwnHome = isAbsolute(home) && home !== '/' && statSync(home).uid === process.geteuid?.()
    return isOwnHome ? join(home, '.cache', 'offstage') : null
  } catch {
    return null // no HOME and no entry in passwd, or a home that is not there
  }
}
