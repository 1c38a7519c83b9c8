import { maxDepth, maxWeight, valueWeight } from './limits.js'
import { PythonObject, type PythonValue } from './python-value.js'

interface Size {
  /** Levels below and with this value. */
  readonly depth: number
  /** See `maxWeight`. */
  readonly weight: number
}

/**
 * Why nobody may walk through the value, or null: it holds itself, is nested deeper than 200 levels, or would become too large
 * if all that it shares were written in full. Looks at each value once, so a value that is shared a million times costs nothing.
 */
export function boundsProblem(value: PythonValue): string | null {
  const problem = sizeOf(value, 0, new Map(), new Set())
  return typeof problem === 'string' ? problem : null
}

function sizeOf(value: PythonValue, above: number, known: Map<object, Size>, path: Set<object>): Size | string {
  if (typeof value === 'string') return { depth: 0, weight: valueWeight + value.length }
  if (typeof value !== 'object' || value === null) return { depth: 0, weight: valueWeight }
  if (value instanceof Uint8Array) return { depth: 0, weight: valueWeight + value.length }
  if (path.has(value)) return 'holds a value that contains itself'
  const size = known.get(value)
  if (above + (size?.depth ?? 1) > maxDepth) return `is nested deeper than ${maxDepth} levels`
  if (size !== undefined) return size
  path.add(value)
  const measured = sizeOfParts(partsOf(value), above, known, path)
  path.delete(value)
  if (typeof measured !== 'string') known.set(value, measured)
  return measured
}

function sizeOfParts(
  parts: Iterable<PythonValue>,
  above: number,
  known: Map<object, Size>,
  path: Set<object>,
): Size | string {
  let depth = 0
  let weight = valueWeight
  for (const part of parts) {
    const size = sizeOf(part, above + 1, known, path)
    if (typeof size === 'string') return size
    depth = Math.max(depth, size.depth)
    weight += size.weight
    if (weight > maxWeight) return 'refers to the same values so often that it would fill the memory'
  }
  return { depth: depth + 1, weight }
}

function* partsOf(value: object): Iterable<PythonValue> {
  if (Array.isArray(value)) return yield* value
  if (!(value instanceof PythonObject)) return yield* keysAndValues(value)
  yield value.type
  yield* value.args ?? []
  yield* keysAndValues(value.kwargs ?? {})
  yield value.state ?? null
  yield* value.items
  yield* keysAndValues(value.entries)
}

function* keysAndValues(value: object): Iterable<PythonValue> {
  for (const [key, item] of Object.entries(value)) {
    yield key
    yield item as PythonValue
  }
}
