import { statSync } from 'node:fs'
import { type LoadHookSync, type ResolveHookSync, registerHooks } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { packageRoot } from '../../engine/package-root.js'
import { compile, typeOf } from './compile.js'
import { formatBySyntax } from './package-type.js'
import { tsconfigOf } from './tsconfig.js'

const isFromSource = import.meta.url.endsWith('.ts')
/** What `import 'offstage'` means in user code: this very program, whether or not one is installed. */
const offstageUrl = pathToFileURL(join(packageRoot, isFromSource ? 'src/index.ts' : 'dist/src/index.js')).href

let areRegistered = false

/** The files of JavaScript that Node was given to read since the last call, packages left out, in order. */
export function takeFilesRead(): readonly string[] {
  return filesRead.splice(0)
}

const filesRead: string[] = []

/** Whether a module of the user's, by its real path, was loaded in this process. */
export function hasLoaded(file: string): boolean {
  return loaded.has(file)
}

const loaded = new Set<string>()

/**
 * Teaches Node's own loader, in this process, to load user code: TypeScript, the ways in which TypeScript names files,
 * and `offstage`. Everything else stays Node's business.
 */
export function registerModuleHooks(): void {
  if (areRegistered) return
  areRegistered = true
  registerHooks({ resolve, load })
  process.setSourceMapsEnabled(true)
}

const resolve: ResolveHookSync = (specifier, context, next) => {
  if (specifier === 'offstage') return { url: offstageUrl, format: 'module', shortCircuit: true }
  const parent = context.parentURL?.startsWith('file:') ? fileURLToPath(context.parentURL) : null
  const alias = parent === null ? undefined : pathsAlias(specifier, parent)
  const takesUrls = isImport(context.conditions)
  if (alias !== undefined) return next(takesUrls ? pathToFileURL(alias).href : alias, context)
  try {
    return next(specifier, context)
  } catch (thrown) {
    const file = parent === null ? undefined : inTypeScript(specifier, parent)
    if (file !== undefined) return next(takesUrls ? pathToFileURL(file).href : file, context)
    throw withTsconfigFault(thrown, specifier, parent)
  }
}

const load: LoadHookSync = (url, context, next) => {
  const path = /^file:[^?#]*/.exec(url)?.[0]
  if (path === undefined) return next(url, context)
  if (!path.includes('/node_modules/')) loaded.add(fileURLToPath(path))
  if (/\.(?:[cm]?ts|[cm]?tsx|jsx)$/.test(path)) {
    const { format, code } = compile(fileURLToPath(path))
    return { format, source: code, shortCircuit: true }
  }
  if (path.endsWith('.json') && isImport(context.conditions) && context.importAttributes?.type === undefined) {
    // TypeScript's way: no `with { type: 'json' }`.
    return next(url, { ...context, format: 'json', importAttributes: { ...context.importAttributes, type: 'json' } })
  }
  if (!/\.[cm]?js$/.test(path) || path.includes('/node_modules/')) return next(url, context)
  const file = fileURLToPath(path)
  filesRead.push(file)
  // Node would find it out too, and warn each time that it had to.
  return next(
    url,
    typeOf(file) === null && formatBySyntax(file) === 'module' ? { ...context, format: 'module' } : context,
  )
}

// An array in the types and since Node 24; a Set for require() in Node 22.15.
function isImport(conditions: Iterable<string> | undefined): boolean {
  return [...(conditions ?? [])].includes('import')
}

const isRelative = (specifier: string) => /^\.{1,2}(?:\/|$)/.test(specifier)

/** The file that `paths` of the tsconfig names. As with tsc, they come before installed packages. */
function pathsAlias(specifier: string, parent: string): string | undefined {
  if (isRelative(specifier) || /^(?:\/|[a-z]+:)/.test(specifier) || parent.includes('/node_modules/')) return undefined
  return firstFile(tsconfigOf(dirname(parent)).pathsFor(specifier))
}

/**
 * The file that a specifier means in TypeScript: without its extension, with that of what it is compiled to, a folder.
 */
function inTypeScript(specifier: string, parent: string): string | undefined {
  if (specifier.startsWith('file:')) return firstFile([fileURLToPath(specifier)])
  if (isRelative(specifier)) return firstFile([join(dirname(parent), specifier)])
  return specifier.startsWith('/') ? firstFile([specifier]) : undefined
}

function firstFile(paths: readonly string[]): string | undefined {
  return paths.flatMap(candidates).find(isFile)
}

const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.mjs', '.cjs', '.jsx', '.json']

function candidates(path: string): string[] {
  const compiled = /\.[cm]?jsx?$/.test(path) ? [path.replace(/js(x?)$/, 'ts$1'), path.replace(/jsx?$/, 'tsx')] : []
  const complete = extensions.map((extension) => path + extension)
  return [path, ...compiled, ...complete, ...extensions.map((extension) => join(path, `index${extension}`))]
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

/** A package that is not found may be an alias of a tsconfig that cannot be read: the error says so. */
function withTsconfigFault(thrown: unknown, specifier: string, parent: string | null): unknown {
  if (parent === null || !(thrown instanceof Error) || isRelative(specifier)) return thrown
  const { fault } = tsconfigOf(dirname(parent))
  if (fault !== null) thrown.message += ` (nor can its tsconfig be used: ${fault})`
  return thrown
}
