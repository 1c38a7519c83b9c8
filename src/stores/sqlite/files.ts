import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { StoreUnavailableError } from '../../domain/errors.js'
import { makeFolder } from '../../make-folder.js'
import { storeError } from './errors.js'
import { isEmptyMount, isMount, temporaryName } from './mounts.js'

/** The folder that Offstage owns in a project: made as a whole, never filled again once its file has gone. */
const ownFolderName = '.offstage'

/**
 * Whether there is a store at `path`. A file that was emptied, or that is gone from a folder of ours, is an error:
 * it must not pass for an empty queue. Throws StoreUnavailableError. Needs no driver.
 */
export function storeExists(path: string): boolean {
  try {
    return isThere(path)
  } catch (thrown) {
    throw storeError(path, thrown)
  }
}

function isThere(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) {
    if (basename(dirname(path)) !== ownFolderName || !existsSync(dirname(path))) return false
    if (isEmptyMount(dirname(path))) return false
    // Another process may have put the folder or the file in place between the looks.
    if (existsSync(path)) return true
    throw vanished(path, 'is gone, though its folder is there')
  }
  if (stat.isFile() && stat.size === 0) throw vanished(path, 'is empty')
  return true
}

function vanished(path: string, what: string): StoreUnavailableError {
  const folder = dirname(path)
  const ofOwn = isMount(folder) ? `empty the folder ${folder}` : `remove the folder ${folder}`
  const away = basename(folder) === ownFolderName ? ofOwn : 'remove the file'
  return new StoreUnavailableError(
    'E_STORE_VANISHED',
    `store ${path}: the file ${what}`,
    `restore a backup, or ${away} to begin with an empty store`,
  )
}

/**
 * Makes a store that appears complete or not at all: `fill` writes the file under a temporary name, then one rename
 * (of our own folder) or link (beside files of others) puts it in place. Another process that was faster wins.
 */
export function createStore(path: string, fill: (temporary: string) => void): void {
  try {
    const folder = dirname(path)
    if (basename(folder) !== ownFolderName) createFile(path, fill)
    else if (isEmptyMount(folder)) createInMount(path, fill)
    else createFolder(folder, basename(path), fill)
  } catch (thrown) {
    throw storeError(path, thrown)
  }
}

function createFolder(folder: string, name: string, fill: (temporary: string) => void): void {
  makeFolder(dirname(folder), 0o700)
  const temporary = temporaryFolder(`${folder}-new-`)
  try {
    keepOutOfVersionControl(temporary)
    createEmpty(join(temporary, name))
    fill(join(temporary, name))
    renameSync(temporary, folder)
    syncFolder(dirname(folder))
  } catch (thrown) {
    rmSync(temporary, { recursive: true, force: true })
    if (!existsSync(join(folder, name))) throw thrown
  }
}

/** From here on the folder is ours: once its file has gone, that is an error. */
function createInMount(path: string, fill: (temporary: string) => void): void {
  createFile(path, fill)
  keepOutOfVersionControl(dirname(path))
}

function createFile(path: string, fill: (temporary: string) => void): void {
  makeFolder(dirname(path), 0o700)
  const temporary = temporaryFolder(join(dirname(path), temporaryName))
  try {
    const file = join(temporary, basename(path))
    createEmpty(file)
    fill(file)
    linkSync(file, path) // unlike rename, link never replaces a file that is there
    syncFolder(dirname(path))
  } catch (thrown) {
    if (!existsSync(path)) throw thrown
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** Nobody should have to remember it. */
function keepOutOfVersionControl(folder: string): void {
  const file = join(folder, '.gitignore')
  writeFileSync(file, '*\n', { mode: 0o600 })
  chmodSync(file, 0o600)
}

/** Of mode 0700, also where the umask takes rights of the owner. */
function temporaryFolder(prefix: string): string {
  const folder = mkdtempSync(prefix)
  chmodSync(folder, 0o700)
  return folder
}

// SQLite syncs its file and the folder of its WAL, but a new name is safe only when the folder that holds it is synced.
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}

// SQLite gives -wal and -shm the mode of the database file, so that is made first, by hand.
export function createEmpty(path: string): void {
  closeSync(openSync(path, 'wx', 0o600))
  // The umask may take rights of the owner. Not by the descriptor: Node's permission model forbids that.
  chmodSync(path, 0o600)
}
