import type { ByteReader } from './byte-reader.js'
import { PythonObject, type PythonValue } from './python-value.js'
import { readableObject } from './readable-objects.js'

/** A key of a dict that is no text, as text: longer ones are refused, for a tuple can hold itself many times over. */
const maxKeyLength = 200

/** The key of a JavaScript object for the key of a dict: see PythonValue. Throws PickleError for one that has no short text. */
export function keyText(reader: ByteReader, key: PythonValue): string {
  if (typeof key === 'string') return key
  const text = textOf(key, 0)
  if (text === null) throw reader.error('has a key in a dict that has no short text')
  return text
}

function textOf(key: PythonValue, depth: number): string | null {
  if (typeof key === 'string') return key.length <= maxKeyLength ? key : null
  if (typeof key !== 'object' || key === null) {
    const text = String(key)
    return text.length <= maxKeyLength ? text : null
  }
  if (key instanceof PythonObject) {
    const readable = readableObject(key)
    return typeof readable === 'string' ? readable : null
  }
  if (key instanceof Uint8Array) return key.length <= maxKeyLength ? Buffer.from(key).toString('latin1') : null
  return Array.isArray(key) && depth < 8 ? joined(key, depth) : null
}

/** Every member but the first adds a comma, so that the length bounds the work too. */
function joined(members: readonly PythonValue[], depth: number): string | null {
  const parts: string[] = []
  let length = 0
  for (const member of members) {
    const part = textOf(member, depth + 1)
    length += 1 + (part?.length ?? 0)
    if (part === null || length > maxKeyLength) return null
    parts.push(part)
  }
  return parts.join(',')
}
