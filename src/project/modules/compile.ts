import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname } from 'node:path'
import type * as Esbuild from 'esbuild'
import type { TransformFailure, TransformOptions } from 'esbuild'
import { decodeText } from '../../domain/text.js'
import { cacheFolder } from './cache-folder.js'
import { type Compiled, CompiledFiles, type ModuleFormat } from './compiled-files.js'
import { hasModuleSyntax, packageType } from './package-type.js'
import { type Tsconfig, tsconfigOf } from './tsconfig.js'

const kept = new CompiledFiles(cacheFolder('modules'))
let esbuild: typeof Esbuild | null = null

/** Whether this process has loaded the compiler, which takes some 20 MB and leaves a process of its own running. */
export function hasCompiled(): boolean {
  return esbuild !== null
}

/** A module that cannot be compiled. The message begins with the place. */
export class CompileError extends Error {
  override readonly name = 'CompileError'
}

/** The compiler itself does not run on this machine. */
class CompilerFault extends CompileError {
  constructor(file: string, thrown: unknown) {
    const [why = ''] = (thrown instanceof Error ? thrown.message : String(thrown)).trim().split('\n')
    super(
      `${file}: the compiler esbuild cannot be loaded: ${why.trim()} ` +
        '(node_modules of another machine, or half an install? Remove the folder and install again)',
    )
  }
}

/** A module of TypeScript or JSX as JavaScript with a source map, kept on disk. Throws CompileError. */
export function compile(file: string): Compiled {
  const source = decodeText(readFileSync(file))
  if (source === null) throw new CompileError(`${file}: is not UTF-8`)
  const tsconfig = tsconfigOf(dirname(file))
  const type = typeOf(file)
  const input = JSON.stringify([compilerVersion, type, tsconfig.compilerOptions, tsconfig.fault, source])
  const known = kept.read(file, input)
  if (known !== null) return known
  const compiled = compileAnew(file, source, type, tsconfig)
  kept.write(file, input, compiled)
  return compiled
}

/**
 * The syntax error of a JavaScript file, from the compiler: Node names no place in an ES module. null if there is none.
 */
export function syntaxErrorIn(file: string): string | null {
  try {
    transform(compiler(file), file, readFileSync(file, 'utf8'), { loader: 'js', logLevel: 'silent' })
    return null
  } catch (thrown) {
    return thrown instanceof CompileError && !(thrown instanceof CompilerFault) ? thrown.message : null
  }
}

/** What a file is to Node; null where its syntax decides. */
export function typeOf(file: string): ModuleFormat | null {
  const extension = extname(file)
  if (/^\.m[jt]s$/.test(extension)) return 'module'
  if (/^\.c[jt]s$/.test(extension)) return 'commonjs'
  return packageType(dirname(file))
}

const requireHere = createRequire(import.meta.url)
// The version of the cached files: esbuild's, as in package.json, and a number that goes up when the options below
// change.
const compilerVersion = 'esbuild 0.28, options 2'

// What tsc compiles to CommonJS may use these names; a module that declares one means its own.
const commonJsNames: TransformOptions = {
  define: { require: '__offstage_require', __filename: '__offstage_filename', __dirname: '__offstage_dirname' },
  banner:
    'import{createRequire as __offstage_createRequire}from"node:module";' +
    'const __offstage_require=__offstage_createRequire(import.meta.url),' +
    '__offstage_filename=import.meta.filename,__offstage_dirname=import.meta.dirname;',
}

function compiler(file: string): typeof Esbuild {
  try {
    esbuild ??= requireHere('esbuild') as typeof Esbuild
    return esbuild
  } catch (thrown) {
    throw new CompilerFault(file, thrown)
  }
}

function compileAnew(file: string, source: string, type: ModuleFormat | null, tsconfig: Tsconfig): Compiled {
  const isCts = extname(file) === '.cts'
  // A .cts file stays CommonJS even if it is written with import and export, as tsc compiles it.
  const options = compilerOptions(file, tsconfig, isCts ? { format: 'cjs' } : {})
  const code = transform(compiler(file), file, source, options)
  if (tsconfig.fault !== null && code.includes('__decoratorStart(')) {
    const message = `${file}: has decorators, and the tsconfig that says of which kind cannot be used: ${tsconfig.fault}`
    throw new CompileError(message)
  }
  // ESM syntax wins over "type": "commonjs", which for TypeScript only says what tsc would write.
  const format = type === 'module' || (!isCts && hasModuleSyntax(code)) ? 'module' : 'commonjs'
  const usesCommonJs = format === 'module' && type !== 'module' && /\b(?:require|__filename|__dirname)\b/.test(source)
  if (!usesCommonJs) return { format, code }
  return { format, code: transform(compiler(file), file, source, { ...options, ...commonJsNames }) }
}

function compilerOptions(file: string, { compilerOptions }: Tsconfig, more: TransformOptions): TransformOptions {
  const { jsx } = compilerOptions
  return {
    loader: file.endsWith('x') ? 'tsx' : 'ts',
    platform: 'node',
    target: 'node22',
    tsconfigRaw: { compilerOptions },
    // tsc leaves these to another tool.
    ...(jsx === undefined || jsx === 'preserve' || jsx === 'react-native' ? { jsx: 'automatic' } : {}),
    // The compiler renames hoisted functions. Without this, fn.name and the names of error classes would change.
    keepNames: true,
    sourcefile: file,
    sourcemap: 'inline',
    sourcesContent: false,
    logLevel: 'silent',
    ...more,
  }
}

function transform({ transformSync }: typeof Esbuild, file: string, source: string, options: TransformOptions): string {
  try {
    return transformSync(source, options).code
  } catch (thrown) {
    const [error] = (thrown as TransformFailure).errors ?? []
    if (error === undefined) throw new CompilerFault(file, thrown)
    const place = error.location === null ? file : `${file}:${error.location.line}:${error.location.column + 1}`
    throw new CompileError(`${place}: ${error.text}`)
  }
}
