import { PythonObject, type PythonValue } from './python-value.js'

/**
 * The text of an object of a class that everybody knows, or null for others. A datetime and a date as ISO 8601, with the offset if
 * Python wrote one (`2026-11-24T19:54:26.941000+00:00`), a Decimal and a UUID as Python's str writes them.
 */
export function readableObject(object: PythonObject): string | null {
  switch (object.type) {
    case 'datetime.datetime':
      return datetimeText(object.args)
    case 'datetime.date':
      return dateText(bytesOf(object.args, 4))
    case 'decimal.Decimal':
      return decimalText(object.args)
    case 'uuid.UUID':
      return uuidText(object.state)
    default:
      return null
  }
}

type Args = readonly PythonValue[] | null

function bytesOf(args: Args, length: number): Uint8Array | null {
  const bytes = args?.[0]
  return bytes instanceof Uint8Array && bytes.length === length ? bytes : null
}

/** Year in two bytes, month, day. */
function dateText(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null
  const [high = 0, low = 0, month = 0, day = 0] = bytes
  // The highest bit of the month tells apart the two times of an hour that a change of clocks repeats.
  return `${padded(high * 256 + low, 4)}-${padded(month & 0x7f, 2)}-${padded(day, 2)}`
}

/** A date, then hour, minute, second, and microseconds in three bytes. */
function datetimeText(args: Args): string | null {
  const bytes = bytesOf(args, 10)
  const date = dateText(bytes)
  if (bytes === null || date === null) return null
  const offset = args?.[1] === undefined ? '' : offsetText(args[1])
  if (offset === null) return null
  const [hour = 0, minute = 0, second = 0, high = 0, middle = 0, low = 0] = bytes.subarray(4)
  const micros = high * 65_536 + middle * 256 + low
  return `${date}T${padded(hour, 2)}:${padded(minute, 2)}:${padded(second, 2)}.${padded(micros, 6)}${offset}`
}

/** Of `datetime.timezone(timedelta(days, seconds, microseconds))`; null for a zone whose offset is not in the pickle. */
function offsetText(zone: PythonValue): string | null {
  if (!(zone instanceof PythonObject) || zone.type !== 'datetime.timezone') return null
  const delta = zone.args?.[0]
  if (!(delta instanceof PythonObject) || delta.type !== 'datetime.timedelta') return null
  const [days, seconds] = delta.args ?? []
  if (typeof days !== 'number' || typeof seconds !== 'number') return null
  const minutes = Math.trunc((days * 86_400 + seconds) / 60)
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${padded(Math.trunc(size / 60), 2)}:${padded(size % 60, 2)}`
}

function decimalText(args: Args): string | null {
  const text = args?.[0]
  return typeof text === 'string' && text.length <= 10_000 ? text : null
}

function uuidText(state: PythonValue | undefined): string | null {
  if (typeof state !== 'object' || state === null || Array.isArray(state)) return null
  if (state instanceof PythonObject || state instanceof Uint8Array) return null
  const { int } = state
  if (typeof int !== 'bigint' && typeof int !== 'number') return null
  const hex = int.toString(16).padStart(32, '0')
  return /^[\da-f]{32}$/.test(hex) ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') : null
}

function padded(value: number, length: number): string {
  return `${value}`.padStart(length, '0')
}
