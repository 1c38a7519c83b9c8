import { readFileSync } from 'node:fs'
import { findProject, packageConfig } from './find.js'
import { readJsonWithComments } from './json-file.js'

/** Where a project keeps its tasks and jobs, as far as that can be read without running its config. */
export interface ScannedConfig {
  readonly root: string
  /** From the project's folder. */
  readonly tasks: string
  readonly store: string | null
}

/**
 * The project of a folder; null if there is none. Of a config that is code, settings are found that are written as
 * plain texts. Throws ProjectError for a config that cannot be read.
 */
export function scanConfig(from: string): ScannedConfig | null {
  const place = findProject(from)
  if (place === null) return null
  const { root, configFile } = place
  const setting = configFile?.endsWith('.json') === false ? inText(readFileSync(configFile, 'utf8')) : inData(place)
  return { root, tasks: setting('tasks') ?? 'tasks', store: setting('store') }
}

function inText(source: string): (name: string) => string | null {
  return (name) =>
    new RegExp(`^\\s*['"]?${name}['"]?\\s*:\\s*(['"\`])([^'"\`$\\\\\n]+)\\1`, 'm').exec(source)?.[2] ?? null
}

function inData({ root, configFile }: { readonly root: string; readonly configFile: string | null }) {
  const config = configFile === null ? packageConfig(root) : readJsonWithComments(configFile)
  const settings: Readonly<Record<string, unknown>> = typeof config === 'object' && config !== null ? { ...config } : {}
  return (name: string): string | null => {
    const value = settings[name]
    return typeof value === 'string' ? value : null
  }
}
