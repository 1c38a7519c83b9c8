import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a module is to Node. */
export type ModuleFormat = 'module' | 'commonjs'

export interface Compiled {
  readonly format: ModuleFormat
  readonly code: string
}

/**
 * Compiled modules on disk: one file for each source file, so that the folder does not grow with each change. Its first
 * line is all that the rest was compiled from. A digest of it would be shorter, and node:crypto takes 8 ms to load.
 */
export class CompiledFiles {
  readonly #folder: string | null

  /** null keeps nothing. */
  constructor(folder: string | null) {
    this.#folder = folder
  }

  /** The cached output for a source file, if it was compiled from the same input. */
  read(file: string, input: string): Compiled | null {
    if (this.#folder === null) return null
    try {
      const text = readFileSync(this.#fileFor(this.#folder, file), 'utf8')
      const format = (['module', 'commonjs'] as const).find((format) => text.startsWith(firstLine(file, input, format)))
      return format === undefined ? null : { format, code: text.slice(text.indexOf('\n') + 1) }
    } catch {
      return null // not compiled yet
    }
  }

  /** Does nothing where the folder cannot be written: the module is compiled again the next time. */
  write(file: string, input: string, { format, code }: Compiled): void {
    if (this.#folder === null) return
    const kept = this.#fileFor(this.#folder, file)
    const temporary = `${kept}.${Math.random().toString(36).slice(2)}`
    try {
      writeFileSync(temporary, firstLine(file, input, format) + code, { mode: 0o600, flag: 'wx' })
      renameSync(temporary, kept)
    } catch {
      // A full disk, or a read-only one.
    }
  }

  /** Files that share a name take turns: their first lines differ. */
  #fileFor(folder: string, file: string): string {
    return join(folder, `${file.replace(/[^A-Za-z0-9]+/g, '-').slice(-maxName)}.js`)
  }
}

// A file system allows 255, and a temporary file has a longer one.
const maxName = 200

function firstLine(file: string, input: string, format: ModuleFormat): string {
  return `${JSON.stringify([format, file, input])}\n`
}
