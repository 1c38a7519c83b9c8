import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { compile, typeOf } from './compile.js'
import { registerModuleHooks, takeFilesRead } from './hooks.js'
import { formatBySyntax, prepareLexer } from './package-type.js'

/** Loads one module of the user's: TypeScript or JavaScript, ESM or CommonJS, without a build step. */
export type LoadModule = (file: string) => Promise<unknown>

/**
 * What a module exports: the namespace of an ES module, `module.exports` of a CommonJS one. Through `import()` Node
 * would name only those exports of the latter that it sees without running it.
 */
export async function loadModule(file: string): Promise<unknown> {
  await prepareLexer()
  registerModuleHooks()
  takeFilesRead()
  return isCommonJs(realpathSync(file)) ? createRequire(file)(file) : import(pathToFileURL(file).href)
}

function isCommonJs(file: string): boolean {
  if (/\.[cm]?ts$/.test(file)) return compile(file).format === 'commonjs'
  return (typeOf(file) ?? formatBySyntax(file)) === 'commonjs'
}
