import type { ModuleFault } from '../ipc/messages.js'

/** Finds the module that an error came from, by its stack; null if the stack names none. */
export type BlameModule = (thrown: unknown) => ModuleFault | null

/**
 * Errors of modules outside of any job: a refused connection, an unhandled rejection. It reports
 * each once, since a timer may throw the same one a hundred times a second.
 */
export class ModuleErrors {
  readonly #blame: BlameModule
  readonly #report: (text: string) => void
  readonly #reported = new Set<string>()
  #loading: { readonly file: string | null; readonly faults: ModuleFault[] } | null = { file: null, faults: [] }

  constructor(blame: BlameModule, report: (text: string) => void) {
    this.#blame = blame
    this.#report = report
  }

  /** A module starts to load: it gets the errors whose stack names no module. */
  loads(file: string): void {
    if (this.#loading !== null) this.#loading = { ...this.#loading, file }
  }

  add(thrown: unknown): void {
    const fault = this.#blame(thrown) ?? this.#faultWithoutLocation(thrown)
    if (this.#reported.has(fault.message) || this.#reported.size >= maxReported) return
    this.#reported.add(fault.message)
    if (this.#loading === null) this.#report(`error outside of any job: ${fault.message}\n`)
    else this.#loading.faults.push(fault)
  }

  /** All modules have loaded: gives the faults so far. It reports later errors as they come. */
  loaded(): readonly ModuleFault[] {
    const faults = this.#loading?.faults ?? []
    this.#loading = null
    return faults
  }

  #faultWithoutLocation(thrown: unknown): ModuleFault {
    const file = this.#loading?.file ?? null
    const what = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
    return file === null
      ? { file: '', message: `${what} (of a task module; its stack names none)` }
      : { file, message: `${what} (of a task module; its stack names none, and it came while ${file} loaded)` }
  }
}

// More errors from one process would only be noise.
const maxReported = 100
