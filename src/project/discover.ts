import { readdirSync } from 'node:fs'
import { extname, join, relative, sep } from 'node:path'
import { isFolder } from './find.js'

const extensions = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'])

export interface TaskModule {
  /** Absolute. */
  readonly file: string
  /** What its tasks' names begin with: the path without the extension, with dots; `index` takes its folder's name. */
  readonly prefix: string
}

/**
 * The task modules of a folder, in the order of their names. Files and folders that begin with `_` or `.`, tests,
 * declarations and installed packages are none.
 */
export function discoverModules(tasksFolder: string): readonly TaskModule[] {
  return filesBelow(tasksFolder).map((file) => ({ file, prefix: prefixOf(tasksFolder, file) }))
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (/^[_.]/.test(entry.name) || entry.name === 'node_modules') return []
    if (entry.isDirectory() || (entry.isSymbolicLink() && isFolder(path))) return filesBelow(path)
    return isModule(entry.name) ? [path] : []
  })
}

function isModule(name: string): boolean {
  return extensions.has(extname(name)) && !/\.d\.[cm]?ts$/.test(name) && !/\.test\.[cm]?[jt]s$/.test(name)
}

function prefixOf(tasksFolder: string, file: string): string {
  const path = relative(tasksFolder, file).slice(0, -extname(file).length).split(sep)
  if (path.at(-1) !== 'index') return path.join('.')
  // In the task directory itself the folder's name is the directory's.
  return path.length > 1 ? path.slice(0, -1).join('.') : (tasksFolder.split(sep).at(-1) ?? 'index')
}
