import { existsSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { ProjectError } from '../domain/errors.js'
import type { Targets } from '../domain/notification.js'
import type { Retention } from '../domain/retention.js'
import type { ConfigSchedule } from '../domain/schedule/options.js'
import { readPackageSetting } from './json-file.js'

/** Names that a config file can have. A project has one of them, or our key in `package.json`. */
export const configFileNames = ['ts', 'mts', 'js', 'mjs', 'json'].map((extension) => `offstage.config.${extension}`)

export interface ProjectPlace {
  readonly root: string
  /** null: the project has no config, or it is in package.json. */
  readonly configFile: string | null
}

/** A project with its config read. */
export interface Project {
  readonly root: string
  readonly tasksFolder: string
  readonly store: string | null
  readonly redact: readonly string[]
  /** The zone of schedules of code and config that have none: whoever syncs must not decide it. */
  readonly tz: string
  readonly retention: Retention
  /** Who gets to know of failures. */
  readonly targets: Targets
  /** By name, unchecked. */
  readonly schedules: Readonly<Record<string, ConfigSchedule>>
}

/** The file of the config; null for the key of package.json, or for none. Throws ProjectError where there are two. */
export function configFileOf({ root, configFile }: ProjectPlace): string | null {
  const inFiles = configFileNames.filter((name) => existsSync(join(root, name)))
  const all = packageConfig(root) === null ? inFiles : [...inFiles, 'the key "offstage" of package.json']
  if (all.length < 2) return configFile
  throw new ProjectError('E_CONFIG', `${root} has ${all.length} configs: ${all.join(', ')}`, 'keep one of them')
}

/**
 * The project that a directory belongs to: the nearest folder upwards, no further than the root of its git repository,
 * that has a config file or a `tasks` folder. null if there is none.
 */
export function findProject(from: string): ProjectPlace | null {
  let folder = resolve(from)
  for (;;) {
    const name = configFileNames.find((candidate) => isFile(join(folder, candidate)))
    if (name !== undefined) return { root: folder, configFile: join(folder, name) }
    if (packageConfig(folder) !== null || isFolder(join(folder, 'tasks'))) return { root: folder, configFile: null }
    const parent = dirname(folder)
    if (parent === folder || existsSync(join(folder, '.git'))) return null
    folder = parent
  }
}

/** What `package.json` of a folder has under `offstage`; null if nothing. */
export function packageConfig(folder: string): unknown {
  const file = join(folder, 'package.json')
  return isFile(file) ? readPackageSetting(file, 'offstage') : null
}

export function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false // not there, or a link that leads nowhere
  }
}

/** Whether it is a file that can be read to its end: no pipe, no device. */
export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false // not there, or a link that leads nowhere
  }
}
