import { UsageError } from './errors.js'
import { describeFailure, errorName } from './failure.js'

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

// As they were before a task could put others in their place.
const { parse, stringify } = JSON

/** JSON.parse, whatever a task has made of that. */
export const parseJson: (text: string) => unknown = (text) => parse(text)

/** Arguments of one job, as JSON text, in bytes of UTF-8. */
export const maxArgsBytes = 256 * 1024
/** Result of one job, as JSON text, in bytes of UTF-8. */
export const maxResultBytes = 1024 * 1024
/** Nesting of arguments and results: JSON.stringify overflows the stack at some 5,000 levels. */
export const maxJsonDepth = 200

/** Thrown by `toJsonText`: `path` is where the value sits, in JavaScript notation (`[0].items[3].price`). */
export class NotJsonError extends UsageError {
  override name = 'NotJsonError'
  static override readonly name: string = 'NotJsonError'
  readonly path: string

  constructor(path: string, what: string) {
    super('E_NOT_JSON', `${path === '' ? 'the value' : shownPath(path)} ${what}, which JSON cannot carry`)
    this.path = path
  }
}

/** Its ends: two hundred levels would fill the screen. */
function shownPath(path: string): string {
  return path.length <= 120 ? path : `${path.slice(0, 80)}…${path.slice(-30)}`
}

/**
 * `value` as JSON text. A Date becomes its ISO string, `toJSON` is honoured, an undefined property is dropped and an
 * undefined value at the top becomes null; whatever JSON would mangle or drop elsewhere is refused with NotJsonError.
 */
export function toJsonText(value: unknown, root = ''): string {
  if (value === undefined) return 'null' // most tasks return nothing
  return stringify(checked(value, root, new Set())) ?? 'null'
}

/** The result of a job that returned nothing: no JSON text, so that it differs from one that returned null. */
export const noResult = ''

/** The result of a job as JSON text; `noResult` for undefined. Throws as `toJsonText`. */
export function toResultText(value: unknown): string {
  return value === undefined ? noResult : toJsonText(value, 'result')
}

/** The value of a stored result. What stands for nothing is null to every reader but the terminal. */
export function resultOf(resultJson: string): unknown {
  return resultJson === noResult ? null : parseJson(resultJson)
}

function checked(value: unknown, path: string, above: Set<object>): unknown {
  switch (typeof value) {
    case 'string':
      // Before anything is copied: a text of a hundred megabytes would cost several times as much.
      if (value.length > maxResultBytes) throw tooLong(path, value.length)
      if (/\p{Surrogate}/u.test(value)) throw new NotJsonError(path, 'has half of a surrogate pair')
      return value
    case 'boolean':
      return value
    case 'number':
      if (!Number.isFinite(value)) throw new NotJsonError(path, `is ${value}`)
      return value
    case 'bigint':
      throw new NotJsonError(path, 'is a BigInt')
    case 'function':
      throw new NotJsonError(path, 'is a function')
    case 'symbol':
      throw new NotJsonError(path, 'is a symbol')
    case 'undefined':
      return undefined
  }
  return value === null ? null : checkedObject(value as object, path, above)
}

function tooLong(path: string, length: number): UsageError {
  const what = path === '' ? 'the value' : path
  return new UsageError(
    'E_TOO_LARGE',
    `${what} is a text of ${length} characters, over the limit of ${maxResultBytes} bytes`,
  )
}

function checkedObject(value: object, path: string, above: Set<object>): unknown {
  if (above.has(value)) throw new NotJsonError(path, 'refers back to what contains it')
  if (above.size >= maxJsonDepth) throw new NotJsonError(path, `is nested deeper than ${maxJsonDepth} levels`)
  above.add(value)
  try {
    // Its toJSON answers null.
    if (value instanceof Date && Number.isNaN(value.getTime())) throw new NotJsonError(path, 'is an invalid Date')
    // A Buffer would come back as an object with a list of its bytes.
    if (ArrayBuffer.isView(value)) throw new NotJsonError(path, `is ${className(value)}`)
    const read = reading(value, path)
    if ('toJSON' in read) return checked(read.toJSON, path, above)
    // Not map: it passes over holes.
    if (Array.isArray(value)) return Array.from(value, (item, at) => checkedItem(item, `${path}[${at}]`, above))
    const kind = Object.prototype.toString.call(value).slice(8, -1)
    if (kind !== 'Object' && !isError(value)) throw new NotJsonError(path, `is ${withArticle(kind)}`)
    if (read.entries.length === 0 && isInstance(value))
      throw new NotJsonError(path, `is ${className(value)} without properties`)
    // A prototype-less copy: a key named __proto__ stays a key.
    const copy: Record<string, unknown> = Object.create(null)
    for (const [key, item] of read.entries) {
      const memberAt = memberPath(path, key)
      if (/\p{Surrogate}/u.test(key)) throw new NotJsonError(memberAt, 'has half of a surrogate pair in its name')
      copy[key] = checked(item, memberAt, above)
    }
    return copy
  } finally {
    above.delete(value)
  }
}

/** What `toJSON` answers, or the properties: all that runs code of the user's, which may throw. */
function reading(value: object, path: string): { toJSON: unknown } | { entries: readonly [string, unknown][] } {
  try {
    if ('toJSON' in value && typeof value.toJSON === 'function') return { toJSON: value.toJSON('') }
    if (Array.isArray(value)) return { entries: [] }
    return { entries: isError(value) ? errorEntries(value) : Object.entries(value) }
  } catch (thrown) {
    throw new NotJsonError(path, `throws when it is read (${describeFailure(thrown).message.slice(0, 200)})`)
  }
}

function isError(value: object): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'
}

/**
 * The properties of an error, most of which are not enumerable. Without the stack, which names files of this machine.
 */
function errorEntries(error: Error): [string, unknown][] {
  const properties = new Map<string, unknown>([
    ['name', errorName(error)],
    ['message', String(error.message)],
  ])
  for (const key of ['cause', 'errors'] as const) {
    if (key in error && error[key as keyof Error] !== undefined) properties.set(key, error[key as keyof Error])
  }
  for (const [key, value] of Object.entries(error)) if (key !== 'stack') properties.set(key, value)
  return [...properties]
}

/** Whether it is an instance of a class, which may have private data. */
function isInstance(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  // The Object.prototype of another realm has none above it either.
  return prototype !== null && Object.getPrototypeOf(prototype) !== null
}

function className(value: object): string {
  const name: unknown = value.constructor?.name
  return typeof name === 'string' && name !== '' ? withArticle(name) : 'an object of a class'
}

function withArticle(name: string): string {
  return `${/^[AEIO]/i.test(name) ? 'an' : 'a'} ${name}`
}

function checkedItem(item: unknown, path: string, above: Set<object>): unknown {
  if (item === undefined) throw new NotJsonError(path, 'is undefined inside an array')
  return checked(item, path, above)
}

/** `path` extended by an object's key, as one would write it in code. */
export function memberPath(path: string, key: string): string {
  if (!/^[A-Za-z_$][\w$]*$/.test(key)) return `${path}[${stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}

/** Throws UsageError `E_TOO_LARGE` if the text of a job's arguments is over the limit. */
export function refuseLargeArgs(argsJson: string): void {
  const bytes = Buffer.byteLength(argsJson)
  if (bytes > maxArgsBytes) {
    throw new UsageError(
      'E_TOO_LARGE',
      `the arguments are ${bytes} bytes of JSON, over the limit of ${maxArgsBytes}`,
      'pass a path or a key to the data instead of the data itself',
    )
  }
}
