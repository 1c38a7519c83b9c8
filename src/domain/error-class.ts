import { UsageError } from './errors.js'

// biome-ignore lint/suspicious/noExplicitAny: an error class may take whatever it likes
export type ErrorClass = abstract new (...args: any[]) => unknown

/** Which thrown errors are worth a retry. */
export interface RetriedErrors {
  /** Only errors of these classes; null: of all. */
  readonly retryOn: readonly ErrorClass[] | null
  /** None of these classes, also if they are among the others. */
  readonly dontRetryOn: readonly ErrorClass[]
}

export const everyError: RetriedErrors = { retryOn: null, dontRetryOn: [] }

export function isRetried(thrown: unknown, { retryOn, dontRetryOn }: RetriedErrors): boolean {
  if (dontRetryOn.some((kind) => isOf(thrown, kind))) return false
  return retryOn === null || retryOn.some((kind) => isOf(thrown, kind))
}

/** `instanceof` that never throws: it runs code of the task's, a Proxy's trap or a class's own Symbol.hasInstance. */
export function isOf<T>(thrown: unknown, kind: abstract new (...args: never[]) => T): thrown is T {
  try {
    return thrown instanceof kind
  } catch {
    return false
  }
}

/** `classes` itself if it is a list of classes. Throws UsageError `E_RETRY`. */
export function parseClasses(classes: readonly ErrorClass[], option: string): readonly ErrorClass[] {
  if (Array.isArray(classes) && classes.every(isClass)) return classes
  throw new UsageError('E_RETRY', `${option}: it is no list of error classes`, 'write classes, such as [TypeError]')
}

/** An arrow function, such as a test of a code, is none: nothing is an instance of it. */
function isClass(value: unknown): boolean {
  return typeof value === 'function' && typeof value.prototype === 'object'
}
