import { dirname, join, resolve } from 'node:path'
import { ProjectError, UsageError } from '../domain/errors.js'
import { type NotifyOptions, parseTargets } from '../domain/notification.js'
import { refuseUnknownOptions } from '../domain/options.js'
import { parseRetention, type Retention, type RetentionPolicy } from '../domain/retention.js'
import type { ConfigSchedule } from '../domain/schedule/options.js'
import { findProject, type Project, type ProjectPlace, packageConfig } from './find.js'
import { readJsonWithComments } from './json-file.js'

/** What a project says of itself, in `offstage.config.*` or under `offstage` in its package.json. */
export interface OffstageConfig {
  /** The folder of the task modules, from the project's folder. Default `tasks`. */
  readonly tasks?: string
  /** Where jobs live: `sqlite:PATH` (from the project's folder) or `memory:`. Default `sqlite:.offstage/jobs.db`. */
  readonly store?: string
  /** Names of keys, beside `password`, `token` and the like, whose values are masked wherever they are shown. */
  readonly redact?: readonly string[]
  /** How long, and how many at most, jobs that ended are kept. */
  readonly retention?: RetentionPolicy
  /** Who gets to know of each final failure. Default: nobody. */
  readonly notify?: NotifyOptions
  /**
   * Schedules by name, beside those of the task modules. A fault in one is shown by `offstage schedule list`, and keeps
   * nothing else from running.
   */
  readonly schedules?: Readonly<Record<string, ConfigSchedule>>
  /** Where an editor finds the JSON Schema of this file; Offstage does not read it. */
  readonly $schema?: string
}

/** Types the default export of a config file. */
export function defineConfig(config: OffstageConfig): OffstageConfig {
  return config
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isText = (value: unknown) => typeof value === 'string' && value !== ''

const settings: Readonly<Record<keyof OffstageConfig, { readonly rule: string; holds(value: unknown): boolean }>> = {
  tasks: { rule: 'a text', holds: isText },
  store: { rule: 'a text', holds: isText },
  retention: { rule: 'an object', holds: isObject },
  notify: { rule: 'an object', holds: isObject },
  schedules: {
    rule: 'an object of schedules, such as { nightly: { task: "report", cron: "0 2 * * *" } }',
    holds: (value) => isObject(value) && Object.values(value).every(isObject),
  },
  redact: { rule: 'a list of texts', holds: (value) => Array.isArray(value) && value.every(isText) },
  $schema: { rule: 'a text', holds: isText },
}

/** The project of a directory, with its config read and checked; null if there is none. Throws ProjectError. */
export async function readProject(from: string): Promise<Project | null> {
  const place = findProject(from)
  if (place === null) return null
  const { file, config } = await readConfig(place)
  checkConfig(config, file)
  return {
    root: place.root,
    tasksFolder: resolve(place.root, config.tasks ?? 'tasks'),
    store: config.store ?? null,
    redact: config.redact ?? [],
    retention: retentionOf(config, file),
    targets: inFile(file, () => parseTargets(config.notify ?? {})),
    schedules: config.schedules ?? {},
  }
}

function retentionOf({ retention = {} }: OffstageConfig, file: string): Retention {
  return inFile(file, () => parseRetention(retention, 'retention'))
}

/** Adds the name of the file to the error of a setting. */
function inFile<T>(file: string, check: () => T): T {
  try {
    return check()
  } catch (thrown) {
    if (!(thrown instanceof UsageError)) throw thrown
    throw new ProjectError('E_CONFIG', `${file}: ${thrown.message}`, thrown.hint)
  }
}

async function readConfig({ root, configFile }: ProjectPlace) {
  if (configFile === null) return { file: join(root, 'package.json'), config: packageConfig(root) ?? {} }
  if (configFile.endsWith('.json')) return { file: configFile, config: readJsonWithComments(configFile) }
  // Code of the user's never runs in a process that will hold the store.
  const { evaluateConfig } = await import('./evaluate-config.js')
  return { file: configFile, config: await evaluateConfig(configFile, dirname(configFile)) }
}

function checkConfig(config: unknown, file: string): asserts config is OffstageConfig {
  if (!isObject(config)) throw new ProjectError('E_CONFIG', `${file}: the config is not an object`)
  inFile(file, () => refuseUnknownOptions(config, Object.keys(settings), 'the config'))
  for (const [name, value] of Object.entries(config)) {
    const setting = settings[name as keyof OffstageConfig]
    if (!setting.holds(value)) throw new ProjectError('E_CONFIG', `${file}: ${name} is not ${setting.rule}`)
  }
}
