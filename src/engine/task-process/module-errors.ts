import type { ModuleFault } from '../ipc/messages.js'

/** Names the module that an error came from, as far as it tells; null if it does not. */
export type BlameModule = (thrown: unknown) => ModuleFault | null

/**
 * Errors of modules outside of any job: a refused connection, a rejection that nobody waits for. It reports
 * each once, since a timer may throw the same one a hundred times a second.
 */
export class ModuleErrors {
  readonly #blame: BlameModule
  readonly #tell: (text: string) => void
  readonly #told = new Set<string>()
  #loading: { readonly file: string | null; readonly faults: ModuleFault[] } | null = { file: null, faults: [] }

  constructor(blame: BlameModule, tell: (text: string) => void) {
    this.#blame = blame
    this.#tell = tell
  }

  /** A module begins to load: what does not say where it comes from is its own. */
  loads(file: string): void {
    if (this.#loading !== null) this.#loading = { ...this.#loading, file }
  }

  add(thrown: unknown): void {
    const fault = this.#blame(thrown) ?? this.#faultWithoutPlace(thrown)
    if (this.#told.has(fault.message) || this.#told.size >= maxTold) return
    this.#told.add(fault.message)
    if (this.#loading === null) this.#tell(`error outside of any job: ${fault.message}\n`)
    else this.#loading.faults.push(fault)
  }

  /** All modules have loaded: gives the faults so far. It reports later errors as they come. */
  loaded(): readonly ModuleFault[] {
    const faults = this.#loading?.faults ?? []
    this.#loading = null
    return faults
  }

  #faultWithoutPlace(thrown: unknown): ModuleFault {
    const file = this.#loading?.file ?? null
    const what = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
    return file === null
      ? { file: '', message: `${what} (of a task module; its stack names none)` }
      : { file, message: `${what} (of a task module; its stack names none, and it came while ${file} loaded)` }
  }
}

// Nobody reads more different ones of one process.
const maxTold = 100
