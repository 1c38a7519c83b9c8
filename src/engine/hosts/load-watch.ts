import type { Clock } from '../../domain/clock.js'
import { formatDuration } from '../../domain/duration.js'
import { ProjectError } from '../../domain/errors.js'
import type { ModuleFault } from '../ipc/messages.js'
import { describeExit, type ProcessExit } from './process-exit.js'

// What a module can do to its process. Other signals come from outside: of the kernel, when memory is short, or of a
// person.
const ownSignals: readonly NodeJS.Signals[] = ['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV', 'SIGTRAP']

/** Watches a task process while it loads: which module runs, and whether that takes too long. */
export class LoadWatch {
  readonly #clock: Clock
  readonly #limitMs: number
  readonly #tooLong: () => void
  #cancel = () => {}
  #file: string | null = null
  /** Whether the limit has passed. */
  isTooLong = false
  /** Why it cannot load, if it reported that. */
  failure: string | null = null

  /** Calls `tooLong` when one module, or the start before the first one, has taken `limitMs`. */
  constructor(clock: Clock, limitMs: number, tooLong: () => void) {
    this.#clock = clock
    this.#limitMs = limitMs
    this.#tooLong = tooLong
    this.#watch()
  }

  /** A module starts to load. */
  loads(file: string): void {
    this.stop()
    this.#file = file
    this.#watch()
  }

  stop(): void {
    this.#cancel()
  }

  /** The module that ended or blocked the process; null if it may have been something else. */
  faultOf(exit: ProcessExit): ModuleFault | null {
    const file = this.#file
    const isOfModule = exit.code !== null || (exit.signal !== null && ownSignals.includes(exit.signal))
    if (file === null || this.failure !== null) return null
    if (this.isTooLong) return { file, message: this.#tooLongText }
    return isOfModule ? { file, message: `${file}: ended its process while it loaded (${describeExit(exit)})` } : null
  }

  /** The error of a process that has died before it was ready. */
  errorOf(exit: ProcessExit): ProjectError {
    const hint = 'a task module must not end its process, and its top level must come to an end'
    const message = this.failure ?? (this.isTooLong ? this.#tooLongText : null)
    if (message !== null) return new ProjectError('E_TASK_PROCESS', message, hint)
    if (this.#file === null) return notBegun(exit)
    return new ProjectError(
      'E_TASK_PROCESS',
      `the task process ended while ${this.#file} loaded (${describeExit(exit)})`,
      hint,
    )
  }

  get #tooLongText(): string {
    return `${this.#file ?? 'the task directory'} had not loaded after ${formatDuration(this.#limitMs)}`
  }

  #watch(): void {
    this.#cancel = this.#clock.after(this.#limitMs, () => {
      this.isTooLong = true
      this.#tooLong()
    })
  }
}

/** No module is at fault: none was loaded yet. */
function notBegun(exit: ProcessExit): ProjectError {
  const wrote = exit.lastWords?.split('\n').at(-1)?.trim()
  const why = wrote ? `${describeExit(exit)}: ${wrote}` : describeExit(exit)
  return new ProjectError(
    'E_TASK_PROCESS',
    `the task process ended before it loaded the task modules (${why})`,
    'look at NODE_OPTIONS, at the memory, and at the limits on processes and files',
  )
}
