import type { CodeOf, ErrorCode } from './error-catalog.js'

/**
 * Every error that Offstage itself raises. `code` is stable and meant for programs (docs/errors.md has all of them);
 * `hint` says what to do next. Expected answers of the engine are return values. An error is a mistake of the caller, a
 * store that cannot be reached, or a bug.
 */
export class OffstageError<Code extends ErrorCode = ErrorCode> extends Error {
  // Names are written out, of errors and of classes: those in the code do not survive the minifier, and Node prints both.
  override name = 'OffstageError'
  static override readonly name: string = 'OffstageError'
  readonly code: Code
  readonly hint: string | null

  constructor(code: Code, message: string, hint: string | null = null) {
    super(message)
    this.code = code
    this.hint = hint
  }
}

/** An error in one text, with its hint if it has one. For places that have no second line. */
export function messageWithHint(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown)
  return thrown instanceof OffstageError && thrown.hint !== null ? `${thrown.message}; ${thrown.hint}` : thrown.message
}

/** Something given by the user is not acceptable: a flag, an argument, a task name, an option in code. */
export class UsageError extends OffstageError<CodeOf<'UsageError'>> {
  override name = 'UsageError'
  static override readonly name: string = 'UsageError'
}

/** There is no job, queue, worker or schedule of that name. */
export class NotFoundError extends OffstageError<CodeOf<'NotFoundError'>> {
  override name = 'NotFoundError'
  static override readonly name: string = 'NotFoundError'
}

/** A job with this unique key is not final, and the caller asked for an error then. */
export class KeyTakenError extends OffstageError<CodeOf<'KeyTakenError'>> {
  override name = 'KeyTakenError'
  static override readonly name: string = 'KeyTakenError'

  readonly key: string
  /** The id of the job that holds the key. */
  readonly holder: string

  constructor(key: string, holder: string) {
    super('E_KEY_TAKEN', `the key ${key} is held by ${holder}`, `see "offstage status ${holder}"`)
    this.key = key
    this.holder = holder
  }
}

/**
 * The store cannot be reached, opened, read or written. Nothing was acknowledged. Of a store on Redis that has not answered, it
 * may have been stored all the same: the hint says so.
 */
export class StoreUnavailableError extends OffstageError<CodeOf<'StoreUnavailableError'>> {
  override name = 'StoreUnavailableError'
  static override readonly name: string = 'StoreUnavailableError'
}

/** The store went away under the running program. It does not come back: there is no use in trying again. */
export class StoreLostError extends StoreUnavailableError {
  override name = 'StoreLostError'
  static override readonly name: string = 'StoreLostError'
}

/** Pages of the store's file are damaged. Nothing is acknowledged after that was seen. */
export class StoreDamagedError extends StoreLostError {
  override name = 'StoreDamagedError'
  static override readonly name: string = 'StoreDamagedError'
}

/** Whether the store refused for now: trying again later may help. */
export function isTemporary(thrown: unknown): thrown is StoreUnavailableError {
  return thrown instanceof StoreUnavailableError && !(thrown instanceof StoreLostError)
}

/** The task modules of the project cannot be used. */
export class ProjectError extends OffstageError<CodeOf<'ProjectError'>> {
  override name = 'ProjectError'
  static override readonly name: string = 'ProjectError'
}

const crossing = { UsageError, NotFoundError, StoreUnavailableError, StoreLostError, StoreDamagedError, ProjectError }

/** An error that came from another process as its parts: of the class that it had there. */
export function errorNamed(name: string, code: ErrorCode, message: string, hint: string | null): OffstageError {
  const Kind = Object.hasOwn(crossing, name) ? crossing[name as keyof typeof crossing] : OffstageError
  return new Kind(code as never, message, hint) // it is a code of that class: it had it there
}

/** Thrown by a task: the job ends as `failed` at once, whatever retries are left. */
export class NonRetryableError extends Error {
  override name = 'NonRetryableError'
  static override readonly name: string = 'NonRetryableError'
}

/**
 * Thrown by a task: run this job again after `delay` (milliseconds, or a duration such as `'10m'`).
 * It is no failure: no retry is used up.
 */
export class RetryLater extends Error {
  override name = 'RetryLater'
  static override readonly name: string = 'RetryLater'
  readonly delay: number | string | null

  /** Without a delay the waits double from a second to a minute. */
  constructor(
    delay?: number | string,
    message = delay === undefined
      ? 'asked to run again later'
      : `asked to run again in ${delay}${typeof delay === 'number' ? ' ms' : ''}`,
  ) {
    super(message)
    this.delay = delay ?? null
  }
}
