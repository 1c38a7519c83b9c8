import { errorNamed, OffstageError } from '../../domain/errors.js'

/**
 * What a host asks of its store process. Its orders of one turn of the event loop are one message, and are begun in
 * their order. `call` numbers whatever has an answer.
 */
export type Order =
  | {
      readonly kind: 'open'
      readonly call: number
      readonly object: number
      /** The name of an opener, and what it is given. */
      readonly opener: string
      readonly options: unknown
      /** What opening it answered in a process that has ended; null the first time. */
      readonly earlier: unknown
    }
  | ({ readonly kind: 'call'; readonly call: number; readonly object: number } & MethodCall)
  /** Asks for one `changed`: at once if something was stored since the last one. */
  | { readonly kind: 'watch'; readonly object: number }
  /** Closes the object after the calls before it. */
  | { readonly kind: 'close'; readonly call: number; readonly object: number }

export interface MethodCall {
  readonly method: string
  readonly args: readonly unknown[]
  /** Whether it only waits: nobody has to wait for its end. */
  readonly isWait: boolean
}

/** What a store process answers; one message has all answers of a turn. */
export type Answer =
  | { readonly kind: 'done'; readonly call: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly call: number; readonly error: SentError }
  /** Something was stored in the object that may be work. */
  | { readonly kind: 'changed'; readonly object: number }

/** An error as its parts: a copy made by the channel loses its class and its code. */
export interface SentError {
  readonly name: string
  readonly message: string
  readonly stack: string | null
  /** Of an error of Node or of SQLite. */
  readonly code: string | null
  /** Of an OffstageError alone. */
  readonly known: Pick<OffstageError, 'code' | 'hint'> | null
}

export function sentError(thrown: unknown): SentError {
  if (!(thrown instanceof Error))
    return { name: 'Error', message: String(thrown), stack: null, code: null, known: null }
  const { name, message, stack = null } = thrown
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : null
  const known = thrown instanceof OffstageError ? { code: thrown.code, hint: thrown.hint } : null
  return { name, message, stack, code, known }
}

export function receivedError({ name, message, stack, code, known }: SentError): Error {
  if (known !== null) return errorNamed(name, known.code, message, known.hint)
  const error = new Error(message)
  error.name = name
  if (stack !== null) error.stack = stack
  return code === null ? error : Object.assign(error, { code })
}
