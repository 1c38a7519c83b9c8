import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { init, parse } from 'es-module-lexer'
import { decodeText } from '../../domain/text.js'
import type { ModuleFormat } from './compiled-files.js'

const types = new Map<string, ModuleFormat | null>()

/** The `type` of the package that a folder belongs to; null if it has none: then the syntax of a file decides. */
export function packageType(folder: string): ModuleFormat | null {
  const known = types.get(folder)
  if (known !== undefined) return known
  const type = read(folder)
  types.set(folder, type)
  return type
}

function read(folder: string): ModuleFormat | null {
  try {
    const { type } = JSON.parse(decodeText(readFileSync(join(folder, 'package.json'))) ?? '') as { type?: unknown }
    return type === 'module' || type === 'commonjs' ? type : null
  } catch (thrown) {
    const isMissing = (thrown as NodeJS.ErrnoException).code === 'ENOENT'
    return isMissing && dirname(folder) !== folder ? packageType(dirname(folder)) : null
  }
}

/** Has to resolve before `hasModuleSyntax` is called. */
export const prepareLexer: () => Promise<void> = init

/** Whether a text of JavaScript has `import`, `export` or `import.meta`. Throws if it cannot be read as JavaScript. */
export function hasModuleSyntax(code: string): boolean {
  const [, , , isModule] = parse(code)
  return isModule
}

/** The kind of module, by the syntax of a JavaScript file; null if it cannot be parsed: Node's own error is better. */
export function formatBySyntax(file: string): ModuleFormat | null {
  try {
    return hasModuleSyntax(readFileSync(file, 'utf8')) ? 'module' : 'commonjs'
  } catch {
    return null
  }
}
