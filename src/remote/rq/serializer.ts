import { inflateSync } from 'node:zlib'
import type { JsonValue } from '../../domain/json.js'
import { jsonOfPython } from '../python-json.js'
import { RqValueError } from './errors.js'
import { jsonValue } from './json-value.js'
import { maxEncodedBytes, maxInflatedBytes } from './limits.js'
import { boundsProblem } from './pickle-bounds.js'
import { decodePickle } from './pickle-decoder.js'
import { encodePickle, encodePickledCall } from './pickle-encoder.js'
import type { RqValue } from './plain-value.js'
import type { PythonValue } from './python-value.js'

/** What a worker reads arguments with: pickle unless it was started with `--serializer rq.serializers.JSONSerializer`. */
export type RqSerializer = 'pickle' | 'json'

/** The four parts of a call, not compressed. `args` and `kwargs` come from `plainValue`. Throws RqValueError for what JSON cannot carry. */
export function encodeCall(
  serializer: RqSerializer,
  func: string,
  args: readonly RqValue[],
  kwargs: Readonly<Record<string, RqValue>>,
): Buffer {
  if (serializer === 'pickle') return encodePickledCall(func, args, kwargs)
  refuseOutsideJson(args, 'args')
  refuseOutsideJson(kwargs, 'kwargs')
  return jsonBytes([func, null, args, kwargs])
}

/** One value, not compressed. */
export function encodeValue(serializer: RqSerializer, value: RqValue, path: string): Buffer {
  if (serializer === 'pickle') return encodePickle(value)
  refuseOutsideJson(value, path)
  return jsonBytes(value)
}

/** Throws PickleError or SyntaxError for bytes that are none of this serializer. */
export function decodeValue(serializer: RqSerializer, bytes: Uint8Array): JsonValue {
  return serializer === 'pickle' ? jsonValue(decodePickle(bytes)) : parsedJson(Buffer.from(bytes).toString('utf8'))
}

/** By the first byte, or null: a worker's results say which serializer it has. */
export function serializerOf(bytes: Uint8Array): RqSerializer | null {
  if (bytes[0] === 0x80) return 'pickle'
  return bytes[0] === undefined || !'[{"-0123456789tfnNI'.includes(String.fromCharCode(bytes[0])) ? null : 'json'
}

/** Bytes of `data` or of a traceback, which may be compressed by zlib or not. Throws RangeError beyond 64 MiB. */
export function inflated(bytes: Uint8Array): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: maxInflatedBytes })
  } catch (thrown) {
    if (thrown instanceof RangeError) throw thrown
    return Buffer.from(bytes)
  }
}

function jsonBytes(value: unknown): Buffer {
  const bytes = Buffer.from(JSON.stringify(value))
  if (bytes.length > maxEncodedBytes) throw new RqValueError('the value', `takes more than ${maxEncodedBytes} bytes`)
  return bytes
}

function refuseOutsideJson(value: RqValue, path: string): void {
  if (typeof value === 'bigint') throw new RqValueError(path, 'is a BigInt, which JSON cannot carry: use pickle')
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new RqValueError(path, `is ${value}, which JSON cannot carry: use pickle`)
  if (typeof value !== 'object' || value === null) return
  if (value instanceof Uint8Array) throw new RqValueError(path, 'is bytes, which JSON cannot carry: use pickle')
  if (Array.isArray(value)) for (const [at, item] of value.entries()) refuseOutsideJson(item, `${path}[${at}]`)
  else for (const [key, item] of Object.entries(value)) refuseOutsideJson(item, `${path}.${key}`)
}

/** Python writes whole numbers of any size, NaN and the infinities. What JavaScript or JSON would change becomes text, as from pickle. */
function parsedJson(text: string): JsonValue {
  const value: JsonValue = JSON.parse(
    jsonOfPython(text),
    (_key: string, item: unknown, context?: { readonly source?: string }) => {
      if (typeof item !== 'number' || !Number.isInteger(item) || Number.isSafeInteger(item)) return item
      const source = context?.source
      return source !== undefined && /^-?\d+$/.test(source) ? source : item
    },
  )
  const problem = boundsProblem(value as PythonValue)
  if (problem !== null) throw new SyntaxError(`the JSON ${problem}`)
  return value
}
