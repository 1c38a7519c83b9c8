import type { JsonValue } from '../../domain/json.js'
import { PythonObject, type PythonValue } from './python-value.js'
import { readableObject } from './readable-objects.js'

/**
 * A Python value as JSON. What JSON cannot carry becomes text or a record that says what it was: a whole number beyond
 * 2^53 - 1 its digits, NaN and the infinities their names, bytes `{ "$type": "bytes", "base64": "…" }`, a datetime, date, Decimal or UUID
 * its text, and any other object `{ "$type": "module.Class", "args": […], … }` with the parts that it has.
 * `value` comes from `decodePickle`, so it holds no circle and its depth is bounded.
 */
export function jsonValue(value: PythonValue): JsonValue {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(jsonValue)
  if (value instanceof Uint8Array) return { $type: 'bytes', base64: Buffer.from(value).toString('base64') }
  return value instanceof PythonObject ? (readableObject(value) ?? jsonRecord(value)) : jsonObject(value)
}

type JsonObject = { [key: string]: JsonValue }

function jsonObject(dict: Readonly<Record<string, PythonValue>>): JsonObject {
  // Without prototype: a key named __proto__ stays a key.
  const copy: JsonObject = Object.create(null)
  for (const [key, item] of Object.entries(dict)) copy[key] = jsonValue(item)
  return copy
}

function jsonRecord({ type, args, kwargs, state, items, entries }: PythonObject): JsonObject {
  const record: JsonObject = { $type: type }
  if (args !== null && args.length > 0) record.args = args.map(jsonValue)
  if (kwargs !== null) record.kwargs = jsonObject(kwargs)
  if (state !== undefined) record.state = jsonValue(state)
  if (items.length > 0) record.items = items.map(jsonValue)
  if (Object.keys(entries).length > 0) record.entries = jsonObject(entries)
  return record
}
