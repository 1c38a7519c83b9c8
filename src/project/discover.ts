import { type Dirent, existsSync, readdirSync, readlinkSync, realpathSync } from 'node:fs'
import { basename, extname, join, relative, sep } from 'node:path'
import type { ModuleFault } from '../engine/ipc/messages.js'
import { isFile, isFolder } from './find.js'
import { isMeantAsProgram } from './program-file.js'

const extensions = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'])

export interface TaskModule {
  /** Absolute. */
  readonly file: string
  /** What its tasks' names begin with: the path without the extension, with dots; `index` takes its folder's name. */
  readonly prefix: string
}

/** The task modules of a folder, its programs, and what of it could not be read. */
export interface Discovery {
  readonly modules: readonly TaskModule[]
  /** `prefix` is the name of the task. They may be unable to run: programFault. */
  readonly programs: readonly TaskModule[]
  readonly faults: readonly ModuleFault[]
  /** Modules that must not be loaded, with the reason. */
  readonly without: readonly ModuleFault[]
}

/**
 * The task modules and programs of a folder, in the order of their names. Files and folders that begin with `_` or `.`,
 * tests, declarations and installed packages are none.
 */
export function discoverModules(tasksFolder: string, without: readonly ModuleFault[] = []): Discovery {
  const faults: ModuleFault[] = []
  const all = filesBelow(tasksFolder, [], faults).map((file) => ({ file, prefix: prefixOf(tasksFolder, file) }))
  const [modules, programs] = [true, false].map((is) => all.filter(({ file }) => isModule(basename(file)) === is))
  return { modules: modules ?? [], programs: programs ?? [], faults, without }
}

function filesBelow(folder: string, above: readonly string[], faults: ModuleFault[]): string[] {
  const real = realpathSync(folder)
  if (above.includes(real)) {
    faults.push({ file: folder, message: `${folder}: a link to a folder that it is in` })
    return []
  }
  return entriesOf(folder, faults).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (/^[_.]/.test(entry.name) || entry.name === 'node_modules') return []
    if (entry.isDirectory() || (entry.isSymbolicLink() && isFolder(path)))
      return filesBelow(path, [...above, real], faults)
    if (isModule(entry.name) && entry.isSymbolicLink() && !existsSync(path)) {
      faults.push({ file: path, message: `${path}: a link to ${readlinkSync(path)}, which is not there` })
      return []
    }
    if (isModule(entry.name) && !isFile(path)) {
      // To open a pipe would wait for somebody who writes.
      faults.push({ file: path, message: `${path}: is no file, but a pipe, a socket or a device; remove it` })
      return []
    }
    return isModule(entry.name) || (!extensions.has(extname(path)) && isMeantAsProgram(path)) ? [path] : []
  })
}

function entriesOf(folder: string, faults: ModuleFault[]): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (thrown) {
    faults.push({ file: folder, message: `${folder}: cannot be read (${(thrown as NodeJS.ErrnoException).code})` })
    return []
  }
}

function isModule(name: string): boolean {
  return extensions.has(extname(name)) && !/\.d\.[cm]?ts$/.test(name) && !/\.(?:test|spec)\.[cm]?[jt]s$/.test(name)
}

function prefixOf(tasksFolder: string, file: string): string {
  const whole = relative(tasksFolder, file)
  const path = whole.slice(0, whole.length - extname(file).length).split(sep)
  if (path.at(-1) !== 'index') return path.join('.')
  // In the task directory itself the folder's name is the directory's.
  return path.length > 1 ? path.slice(0, -1).join('.') : (tasksFolder.split(sep).at(-1) ?? 'index')
}
