import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { placeOf } from './task-place.js'

// What a specifier with one of these ends is written as, where the file is TypeScript.
const typescript: Readonly<Record<string, string>> = { '.js': '.ts', '.mjs': '.mts', '.cjs': '.cts' }

/**
 * The description of a name that a module exports from another file of the project; null if there is none. The files are read
 * as text, and only one step far.
 */
export function descriptionElsewhere(file: string, source: string, name: string): string | null {
  for (const { specifier, exported } of origins(source, name)) {
    const other = fileOf(file, specifier)
    const { description } = other === null ? { description: null } : placeOf(readFileSync(other, 'utf8'), exported)
    if (description !== null) return description
  }
  return null
}

/** Where a name may come from, and what it is called there: a list that names it, else any module that is exported whole. */
function origins(source: string, name: string): readonly { readonly specifier: string; readonly exported: string }[] {
  for (const [, list = '', specifier = ''] of source.matchAll(/^export\s*\{([^}]*)\}\s*from\s*['"](\.[^'"]*)['"]/gm)) {
    for (const item of list.split(',')) {
      const [, exported = '', as = exported] = /^\s*([\w$]+)(?:\s+as\s+([\w$]+))?\s*$/.exec(item) ?? []
      if (as === name && exported !== '') return [{ specifier, exported }]
    }
  }
  const whole = [...source.matchAll(/^export\s*\*\s*from\s*['"](\.[^'"]*)['"]/gm)]
  return name === 'default' ? [] : whole.map(([, specifier = '']) => ({ specifier, exported: name }))
}

function fileOf(file: string, specifier: string): string | null {
  const path = resolve(dirname(file), specifier)
  const written = path.replace(/\.[mc]?js$/, (end) => typescript[end] ?? end)
  const candidates = [path, written, `${path}.ts`, `${path}.js`, `${path}/index.ts`, `${path}/index.js`]
  return candidates.find((candidate) => /\.[cm]?[jt]s$/.test(candidate) && existsSync(candidate)) ?? null
}
