import { UsageError } from '../domain/errors.js'
import { written } from '../domain/options.js'
import { isThenable } from '../domain/thenable.js'

/**
 * Gets a line for each failed attempt. `console` fits. Pino does too, but keeps the error only if it comes first:
 * `{ warn: (line) => log.warn(line), error: (line, err) => log.error({ err }, line) }`.
 */
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
    callSafely(() => this.#logger.warn(line), nobodyToTell)
  }

  error(line: string, error: unknown): void {
    callSafely(
      () => this.#logger.error(line, error),
      // An error may throw when it is inspected, and its line says what it is.
      () => callSafely(() => this.#logger.error(line), nobodyToTell),
    )
  }
}

/** Calls what must not break its caller. `failed` gets what it throws, or what the promise that it returns rejects with. */
export function callSafely(call: () => unknown, failed: (error: unknown) => void): void {
  try {
    const answer = call()
    if (isThenable(answer)) Promise.resolve(answer).catch(failed)
  } catch (thrown) {
    failed(thrown)
  }
}

function nobodyToTell(): void {}
