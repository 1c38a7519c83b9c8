import { UsageError } from '../domain/errors.js'
import { written } from '../domain/options.js'

/** Gets a line for each failed attempt. `console`, and loggers such as pino, fit. */
export interface Logger {
  /** An attempt failed and will be repeated, or a run was skipped. */
  warn(line: string): void
  /** A task failed for good. `error` is what it threw. */
  error(line: string, error?: unknown): void
}

/** A logger that never throws: what it writes about must go on. */
export class SafeLogger implements Logger {
  readonly #logger: Logger

  /** Throws UsageError `E_OPTION` if `logger` has no methods `warn` and `error`. */
  constructor(logger: Logger, option: string) {
    // JavaScript may hand over anything.
    const given: Partial<Logger> | null = logger
    if (typeof given?.warn !== 'function' || typeof given.error !== 'function') {
      throw new UsageError('E_OPTION', `${option}: ${written(logger)} has no methods warn() and error()`)
    }
    this.#logger = logger
  }

  warn(line: string): void {
    ignoringErrors(() => this.#logger.warn(line))
  }

  error(line: string, error: unknown): void {
    ignoringErrors(() => this.#logger.error(line, error))
  }
}

/** Calls what must not break its caller, also if it answers with a promise that is rejected. */
export function ignoringErrors(call: () => unknown): void {
  try {
    const answer = call()
    if (answer instanceof Promise) answer.catch(() => {})
  } catch {
    // There is nobody left to tell.
  }
}
