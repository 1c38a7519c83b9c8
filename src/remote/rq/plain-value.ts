import { describeFailure } from '../../domain/failure.js'
import { RqValueError } from './errors.js'
import { maxDepth, maxValues } from './limits.js'

/** What can be an argument of a Python function: a JSON value, and with pickle also whole numbers of any size and bytes. */
export type RqValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly RqValue[]
  | { readonly [key: string]: RqValue }

/**
 * `value` as a tree that both serializers write as it is. It is read once: getters and proxies cannot answer differently later.
 * A Date becomes its ISO text and `toJSON` is asked, as in JSON; a property that is undefined is left out, elsewhere undefined is null.
 * Throws RqValueError for what Python would not get as it was meant: circles, functions, symbols, class instances, half
 * surrogate pairs, whole numbers beyond 2^53 - 1 (they may have lost digits; a BigInt has not), more than 200 levels.
 */
export function plainValue(value: unknown, path: string): RqValue {
  try {
    return copied(value, path, { above: new Set(), left: maxValues })
  } catch (thrown) {
    if (thrown instanceof RqValueError) throw thrown
    throw new RqValueError(path, `throws when it is read (${describeFailure(thrown).message.slice(0, 200)})`)
  }
}

interface Walk {
  /** What contains the value. */
  readonly above: Set<object>
  /** How many values may follow. */
  left: number
}

function copied(value: unknown, path: string, walk: Walk): RqValue {
  if (walk.left-- <= 0) throw new RqValueError('the value', `has more than ${maxValues} values`)
  switch (typeof value) {
    case 'string':
      return wholeText(value, path)
    case 'number':
      if (Number.isInteger(value) && !Number.isSafeInteger(value))
        throw new RqValueError(path, `is ${value}, which may have lost digits: give it as a BigInt`)
      return value
    case 'boolean':
    case 'bigint':
      return value
    case 'undefined':
      return null
    case 'object':
      return value === null ? null : copiedObject(value, path, walk)
    default:
      throw new RqValueError(path, `is a ${typeof value}`)
  }
}

/** `text` itself. Throws RqValueError if it has half of a surrogate pair: UTF-8 cannot write that. */
export function wholeText(text: string, path: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new RqValueError(path, 'has half of a surrogate pair')
  return text
}

function copiedObject(value: object, path: string, walk: Walk): RqValue {
  if (value instanceof Uint8Array) return Uint8Array.from(value)
  const { above } = walk
  if (above.has(value)) throw new RqValueError(path, 'refers back to what contains it')
  if (above.size >= maxDepth) throw new RqValueError(path, `is nested deeper than ${maxDepth} levels`)
  above.add(value)
  try {
    // Its toJSON answers null.
    if (value instanceof Date && Number.isNaN(value.getTime())) throw new RqValueError(path, 'is an invalid Date')
    const toJson: unknown = 'toJSON' in value ? value.toJSON : undefined
    if (typeof toJson === 'function') return copied(toJson.call(value, ''), path, walk)
    // Holes take no memory here.
    if (Array.isArray(value) && value.length > walk.left)
      throw new RqValueError(path, `has ${value.length} members, over the limit of ${maxValues}`)
    // Not map: it passes over holes.
    if (Array.isArray(value)) return Array.from(value, (item, at) => copied(item, `${path}[${at}]`, walk))
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
      throw new RqValueError(path, 'is an instance of a class: give a plain object')
    if (Object.prototype.toString.call(value) !== '[object Object]')
      throw new RqValueError(path, `is no plain object but ${Object.prototype.toString.call(value).slice(8, -1)}`)
    // Without prototype: a key named __proto__ stays a key.
    const copy: Record<string, RqValue> = Object.create(null)
    for (const [key, item] of Object.entries(value)) {
      const itemPath = `${path}.${key}`
      if (item !== undefined) copy[wholeText(key, itemPath)] = copied(item, itemPath, walk)
    }
    return copy
  } finally {
    above.delete(value)
  }
}
