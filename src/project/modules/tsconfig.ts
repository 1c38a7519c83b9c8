import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createPathsMatcher, parseTsconfig } from 'get-tsconfig'
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser'

/** What of a tsconfig decides how modules are found and compiled. */
export interface Tsconfig {
  /** As the compiler takes it. */
  readonly compilerOptions: Readonly<Record<string, unknown>>
  /** The files that `paths` may mean by a specifier, without their extensions. */
  pathsFor(specifier: string): readonly string[]
  /** Why the tsconfig cannot be used; null if it can, or if there is none. */
  readonly fault: string | null
}

// https://esbuild.github.io/content-types/#tsconfig-json lists what the compiler reads, and of which type.
const compilerOptionTypes: Readonly<Record<string, 'boolean' | 'string'>> = {
  experimentalDecorators: 'boolean',
  useDefineForClassFields: 'boolean',
  target: 'string',
  verbatimModuleSyntax: 'boolean',
  jsx: 'string',
  jsxFactory: 'string',
  jsxFragmentFactory: 'string',
  jsxImportSource: 'string',
}

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
    refuseBroken(readFileSync(file, 'utf8').replace(/^\ufeff/, ''))
    const config = parseTsconfig(file)
    const all: Readonly<Record<string, unknown>> = config.compilerOptions ?? {}
    refuseWrongTypes(all) // of those that it extends
    const compilerOptions = Object.fromEntries(
      Object.keys(compilerOptionTypes).flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]]])),
    )
    const matches = createPathsMatcher({ path: file, config })
    return { compilerOptions, pathsFor: (specifier) => matches?.(specifier) ?? [], fault: null }
  } catch (thrown) {
    return { ...none, fault: `${file}: ${thrown instanceof Error ? thrown.message : String(thrown)}` }
  }
}

/** The parser in use takes what it can of a broken text: decorators would be compiled as the other kind without a word. */
function refuseBroken(text: string): void {
  const errors: ParseError[] = []
  // As TypeScript reads it.
  const value: unknown = parse(text, errors, { allowTrailingComma: true, allowEmptyContent: true })
  const [first] = errors
  if (first !== undefined) {
    const line = text.slice(0, first.offset).split('\n').length
    throw new Error(`it is no JSON: ${printParseErrorCode(first.error)} in line ${line}`)
  }
  if (value === undefined) return
  if (!isObject(value)) throw new Error('it is no object')
  const { compilerOptions } = value
  if (compilerOptions === undefined) return
  if (!isObject(compilerOptions)) throw new Error('compilerOptions is no object')
  refuseWrongTypes(compilerOptions)
}

function refuseWrongTypes({ paths, ...options }: Readonly<Record<string, unknown>>): void {
  for (const [name, type] of Object.entries(compilerOptionTypes)) {
    if (options[name] !== undefined && typeof options[name] !== type)
      throw new Error(`compilerOptions.${name} is no ${type}`)
  }
  const isTexts = (list: unknown) => Array.isArray(list) && list.every((one) => typeof one === 'string')
  if (paths !== undefined && !(isObject(paths) && Object.values(paths).every(isTexts)))
    throw new Error('compilerOptions.paths is no object of lists of paths')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
