import { homedir } from 'node:os'
import { join } from 'node:path'
import { createJiti } from 'jiti'

/** Loads one module of the user's: TypeScript or JavaScript, ESM or CommonJS, without a build step. */
export type LoadModule = (file: string) => Promise<unknown>

/**
 * A loader for the modules of a folder. `offstage` resolves to the running program, so a project needs no installed
 * one. What was compiled is kept in the user's cache folder.
 */
export function moduleLoader(folder: string, offstage: Record<string, unknown>): LoadModule {
  const jiti = createJiti(join(folder, '/'), {
    fsCache: cacheFolder() ?? false,
    // With interop a function that is the whole of a CommonJS module cannot be told from a default export beside others.
    interopDefault: false,
    tsconfigPaths: true,
    jsx: true,
    virtualModules: { offstage },
  })
  return (file) => jiti.import(file)
}

/** null where the user has no folder of his own: a predictable name in /tmp would be anyone's. */
function cacheFolder(): string | null {
  const { OFFSTAGE_CACHE_DIR, XDG_CACHE_HOME } = process.env
  if (OFFSTAGE_CACHE_DIR) return join(OFFSTAGE_CACHE_DIR, 'modules')
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'offstage', 'modules')
  try {
    return join(homedir(), '.cache', 'offstage', 'modules')
  } catch {
    return null
  }
}

/** What went wrong in a module, in one line that begins with the place. */
export function describeLoadError(file: string, thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  // jiti's own text for a syntax error: "ParseError: Unexpected token \n /path/file.ts:3:0".
  const parse = /^ParseError: ([\s\S]*?)\s*\n\s*(.+:\d+:\d+)\s*$/.exec(message)
  if (parse !== null) return `${parse[2]}: ${parse[1]}`
  const place = thrown instanceof Error ? lineOf(file, thrown.stack ?? '') : null
  return `${place ?? file}: ${message.split('\n')[0]}`
}

function lineOf(file: string, stack: string): string | null {
  const start = stack.indexOf(`${file}:`)
  if (start < 0) return null
  const line = /^:(\d+)/.exec(stack.slice(start + file.length))
  return line === null ? null : `${file}:${line[1]}`
}
