import { UsageError } from './errors.js'
import { nearestName } from './names.js'

/** An option that there is not. */
export class UnknownOptionError extends UsageError {
  readonly option: string

  constructor(place: string, option: string, hint: string) {
    super('E_OPTION', `${place}: there is no option ${JSON.stringify(option)}`, hint)
    this.option = option
  }
}

/**
 * Refuses values that are no object of options, and unknown options: a mistyped one would leave the default in force
 * without a word. `place` is what the user wrote them into. Throws UsageError `E_OPTION`.
 */
export function refuseUnknownOptions(options: unknown, known: readonly string[], place: string): void {
  // A Map has none of its entries as properties.
  if (Object.prototype.toString.call(options) !== '[object Object]') {
    throw new UsageError('E_OPTION', `${place}: the options are not an object`, `known are ${known.join(', ')}`)
  }
  const all: string[] = []
  for (const name in options as object) all.push(name)
  const inherited = all.find((name) => !Object.hasOwn(options as object, name))
  if (inherited !== undefined) {
    // A copy of the object would have lost it.
    const hint = 'write it into the object itself, such as { ...defaults, ...options }'
    throw new UsageError('E_OPTION', `${place}: the option ${JSON.stringify(inherited)} is inherited`, hint)
  }
  const unknown = all.find((name) => !known.includes(name))
  if (unknown === undefined) return
  const nearest = nearestName(unknown, known)
  const hint = nearest === null ? `known are ${known.join(', ')}` : `did you mean "${nearest}"?`
  throw new UnknownOptionError(place, unknown, hint)
}

/** `value` itself if it is true or false. Throws UsageError `E_OPTION`. */
export function booleanOption(value: unknown, option: string): boolean {
  if (typeof value === 'boolean') return value
  throw new UsageError('E_OPTION', `${option}: ${written(value)} is neither true nor false`)
}

/** A refused value as a message names it: a text in quotes, so that '5' is not taken for 5. */
export function written(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null || value instanceof Date) return String(value)
  return Array.isArray(value) ? 'a list' : 'an object'
}
