import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createPathsMatcher, parseTsconfig } from 'get-tsconfig'

/** What of a tsconfig decides how modules are found and compiled. */
export interface Tsconfig {
  /** As the compiler takes it. */
  readonly compilerOptions: Readonly<Record<string, unknown>>
  /** The files that `paths` may mean by a specifier, without their extensions. */
  pathsFor(specifier: string): readonly string[]
  /** Why the tsconfig cannot be used; null if it can, or if there is none. */
  readonly fault: string | null
}

// https://esbuild.github.io/content-types/#tsconfig-json lists what the compiler reads.
const compilerOptionNames = [
  'experimentalDecorators',
  'useDefineForClassFields',
  'target',
  'verbatimModuleSyntax',
  'jsx',
  'jsxFactory',
  'jsxFragmentFactory',
  'jsxImportSource',
]

const none: Tsconfig = { compilerOptions: {}, pathsFor: () => [], fault: null }
const found = new Map<string, Tsconfig>()

/**
 * The nearest tsconfig.json of a folder, upwards, no further than the root of its git repository. One that cannot be
 * read has a fault and nothing else: only modules that need it fail.
 */
export function tsconfigOf(folder: string): Tsconfig {
  const known = found.get(folder)
  if (known !== undefined) return known
  const file = join(folder, 'tsconfig.json')
  const isLast = dirname(folder) === folder || existsSync(join(folder, '.git'))
  const tsconfig = existsSync(file) ? read(file) : isLast ? none : tsconfigOf(dirname(folder))
  found.set(folder, tsconfig)
  return tsconfig
}

function read(file: string): Tsconfig {
  try {
    const config = parseTsconfig(file)
    const matches = createPathsMatcher({ path: file, config })
    const all: Readonly<Record<string, unknown>> = config.compilerOptions ?? {}
    const compilerOptions = Object.fromEntries(
      compilerOptionNames.filter((name) => all[name] !== undefined).map((name) => [name, all[name]]),
    )
    return { compilerOptions, pathsFor: (specifier) => matches?.(specifier) ?? [], fault: null }
  } catch (thrown) {
    return { ...none, fault: `${file}: ${thrown instanceof Error ? thrown.message : String(thrown)}` }
  }
}
