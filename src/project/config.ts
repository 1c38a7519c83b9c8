import { dirname, join, resolve } from 'node:path'
import { ProjectError, UsageError } from '../domain/errors.js'
import { type NotifyOptions, parseTargets } from '../domain/notification.js'
import { refuseUnknownOptions, UnknownOptionError } from '../domain/options.js'
import { parseRetention, type Retention, type RetentionPolicy } from '../domain/retention.js'
import type { ConfigSchedule } from '../domain/schedule/options.js'
import { timeZone } from '../domain/schedule/zone-names.js'
import { configFileOf, findProject, type Project, type ProjectPlace, packageConfig } from './find.js'
import { readJsonText } from './json-file.js'
import { placeOfKey } from './json-place.js'

/** What a project says of itself, in `offstage.config.*` or under `offstage` in its package.json. */
export interface OffstageConfig {
  /** The folder of the task modules, from the project's folder. Default `tasks`. */
  readonly tasks?: string
  /** Where jobs live: `sqlite:PATH` (from the project's folder) or `memory:`. Default `sqlite:.offstage/jobs.db`. */
  readonly store?: string
  /** The time zone of schedules in code and config that have none, such as `Europe/Berlin`. Default `UTC`. */
  readonly tz?: string
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
  tz: { rule: 'a text', holds: isText },
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
  const { file, config, text } = await readConfig(place)
  try {
    return projectOf(place.root, file, config)
  } catch (thrown) {
    throw text === null ? thrown : placed(thrown, file, text)
  }
}

function projectOf(root: string, file: string, config: unknown): Project {
  checkConfig(config, file)
  return {
    root,
    tasksFolder: resolve(root, config.tasks ?? 'tasks'),
    store: config.store ?? null,
    redact: config.redact ?? [],
    tz: config.tz === undefined ? 'UTC' : inFile(file, () => timeZone(config.tz ?? '', 'tz')),
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
    throw new SettingError(
      file,
      thrown.message,
      thrown.hint,
      thrown instanceof UnknownOptionError ? thrown.option : null,
    )
  }
}

/** What is wrong with a setting. Its message begins with the path of the setting. */
class SettingError extends ProjectError {
  readonly setting: string
  /** Of the setting, where that is what there is not; null for none. */
  readonly unknown: string | null

  constructor(file: string, setting: string, hint: string | null, unknown: string | null = null) {
    super('E_CONFIG', `${file}: ${setting}`, hint)
    this.setting = setting
    this.unknown = unknown
  }
}

/** The same with the line and column that it has in a text. */
function placed(thrown: unknown, file: string, text: string): unknown {
  if (!(thrown instanceof SettingError)) return thrown
  const above = /^[\w$.-]+(?=[: ])/.exec(thrown.setting)?.[0] ?? ''
  const place = placeOfKey(text, [...(above === wholeConfig ? [] : above.split('.')), ...[thrown.unknown ?? []].flat()])
  if (place === null) return thrown
  return new ProjectError('E_CONFIG', `${file}:${place.line}:${place.column}: ${thrown.setting}`, thrown.hint)
}

// How messages name it where there is no path.
const wholeConfig = 'config'

async function readConfig(place: ProjectPlace) {
  const { root } = place
  const configFile = configFileOf(place)
  if (configFile === null) return { file: join(root, 'package.json'), config: packageConfig(root) ?? {}, text: null }
  if (configFile.endsWith('.json')) {
    const { value, text } = readJsonText(configFile)
    return { file: configFile, config: value, text }
  }
  // Code of the user's never runs in a process that will hold the store.
  const { evaluateConfig } = await import('./evaluate-config.js')
  return { file: configFile, config: await evaluateConfig(configFile, dirname(configFile)), text: null }
}

function checkConfig(config: unknown, file: string): asserts config is OffstageConfig {
  if (!isObject(config)) throw new ProjectError('E_CONFIG', `${file}: the config is not an object`)
  inFile(file, () => refuseUnknownOptions(config, Object.keys(settings), wholeConfig))
  for (const [name, value] of Object.entries(config)) {
    const setting = settings[name as keyof OffstageConfig]
    if (!setting.holds(value)) throw new SettingError(file, `${name} is not ${setting.rule}`, null)
  }
}
