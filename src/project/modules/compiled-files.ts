import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a module is to Node. */
export type ModuleFormat = 'module' | 'commonjs'

export interface Compiled {
  readonly format: ModuleFormat
  readonly code: string
}

/** Compiled modules on disk: one file for each source file, so that the folder does not grow with each change. */
export class CompiledFiles {
  readonly #folder: string | null

  /** null keeps nothing. */
  constructor(folder: string | null) {
    this.#folder = folder
  }

  /** What was kept for a source file, if it was compiled from the same input. */
  read(file: string, input: string): Compiled | null {
    if (this.#folder === null) return null
    try {
      const text = readFileSync(this.#fileFor(this.#folder, file), 'utf8')
      const end = text.indexOf('\n')
      const [digest, format] = text.slice(2, end).split(' ')
      if (digest !== digestOf(input) || (format !== 'module' && format !== 'commonjs')) return null
      return { format, code: text.slice(end + 1) }
    } catch {
      return null // not compiled yet
    }
  }

  /** Does nothing where the folder cannot be written: the module is compiled again the next time. */
  write(file: string, input: string, { format, code }: Compiled): void {
    if (this.#folder === null) return
    const kept = this.#fileFor(this.#folder, file)
    const temporary = `${kept}.${randomBytes(6).toString('hex')}`
    try {
      writeFileSync(temporary, `//${digestOf(input)} ${format}\n${code}`, { mode: 0o600, flag: 'wx' })
      renameSync(temporary, kept)
    } catch {
      // A full disk, or a read-only one.
    }
  }

  #fileFor(folder: string, file: string): string {
    return join(folder, `${digestOf(file)}.js`)
  }
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
