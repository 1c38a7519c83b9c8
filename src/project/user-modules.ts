import { createRequire } from 'node:module'
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
    fsCache: compiledFolder() ?? false,
    // With interop a function that is the whole of a CommonJS module cannot be told from a default export beside others.
    interopDefault: false,
    tsconfigPaths: true,
    jsx: true,
    virtualModules: { offstage },
  })
  return (file) => jiti.import(file)
}

/** Whether this process has had to compile: the loader takes its compiler in when it meets a module that it does not know. */
export function hasCompiled(): boolean {
  return Object.keys(createRequire(import.meta.url).cache).some((file) =>
    /[\\/]jiti[\\/]dist[\\/]babel\.cjs$/.test(file),
  )
}

/** Where compiled modules are kept; null where the user has no folder of his own: a name in /tmp would be anyone's. */
function compiledFolder(): string | null {
  const { OFFSTAGE_CACHE_DIR, XDG_CACHE_HOME } = process.env
  if (OFFSTAGE_CACHE_DIR) return join(OFFSTAGE_CACHE_DIR, 'modules')
  if (XDG_CACHE_HOME) return join(XDG_CACHE_HOME, 'offstage', 'modules')
  try {
    return join(homedir(), '.cache', 'offstage', 'modules')
  } catch {
    return null
  }
}
