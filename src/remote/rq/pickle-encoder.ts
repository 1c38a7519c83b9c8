import { ByteWriter } from './byte-writer.js'
import type { RqValue } from './plain-value.js'

// Opcodes of protocol 3, which every Python 3 reads. A value is written in full wherever it occurs: no memo.
const op = {
  protocol: 0x80,
  stop: 0x2e,
  mark: 0x28,
  none: 0x4e,
  true: 0x88,
  false: 0x89,
  uint8: 0x4b,
  uint16: 0x4d,
  int32: 0x4a,
  long: 0x8a,
  longLong: 0x8b,
  double: 0x47,
  text: 0x58,
  bytes: 0x42,
  emptyList: 0x5d,
  appends: 0x65,
  emptyDict: 0x7d,
  setItems: 0x75,
  emptyTuple: 0x29,
  tuple: 0x74,
} as const

/**
 * A value as a pickle of protocol 3. Arrays become lists, objects dicts, bytes `bytes`; whole numbers become `int` (1.0 too) and all
 * others `float`, with -0, NaN and the infinities. `value` comes from `plainValue`. Throws RqValueError beyond 64 MiB.
 */
export function encodePickle(value: RqValue): Buffer {
  return pickled((writer) => writeValue(writer, value))
}

/**
 * A call as RQ keeps it in `data`: the tuple (function, None, arguments as a tuple, keyword arguments as a dict).
 */
export function encodePickledCall(
  func: string,
  args: readonly RqValue[],
  kwargs: Readonly<Record<string, RqValue>>,
): Buffer {
  return pickled((writer) => {
    writer.byte(op.mark)
    writeValue(writer, func)
    writer.byte(op.none)
    writeTuple(writer, args)
    writeDict(writer, kwargs)
    writer.byte(op.tuple)
  })
}

function pickled(write: (writer: ByteWriter) => void): Buffer {
  const writer = new ByteWriter()
  writer.byte(op.protocol)
  writer.byte(3)
  write(writer)
  writer.byte(op.stop)
  return writer.taken()
}

function writeValue(writer: ByteWriter, value: RqValue): void {
  if (value === null) writer.byte(op.none)
  else if (typeof value === 'string') writeBlock(writer, op.text, Buffer.from(value))
  else if (typeof value === 'number') writeNumber(writer, value)
  else if (typeof value === 'bigint') writeInteger(writer, value)
  else if (typeof value === 'boolean') writer.byte(value ? op.true : op.false)
  else if (value instanceof Uint8Array) writeBlock(writer, op.bytes, value)
  else if (isList(value)) writeList(writer, value)
  else writeDict(writer, value)
}

/** Bytes behind their number. */
function writeBlock(writer: ByteWriter, opcode: number, bytes: Uint8Array): void {
  writer.byte(opcode)
  writer.uint32(bytes.length)
  writer.bytes(bytes)
}

/** Array.isArray does not narrow a readonly array. */
function isList(value: RqValue): value is readonly RqValue[] {
  return Array.isArray(value)
}

function writeNumber(writer: ByteWriter, value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) writeInteger(writer, BigInt(value))
  else {
    writer.byte(op.double)
    writer.doubleBigEndian(value)
  }
}

function writeInteger(writer: ByteWriter, value: bigint): void {
  if (value >= -0x8000_0000n && value <= 0x7fff_ffffn) writeSmallInteger(writer, Number(value))
  else writeLargeInteger(writer, twosComplement(value))
}

function writeSmallInteger(writer: ByteWriter, value: number): void {
  if (value >= 0 && value <= 0xff) {
    writer.byte(op.uint8)
    writer.byte(value)
  } else if (value >= 0 && value <= 0xffff) {
    writer.byte(op.uint16)
    writer.uint16(value)
  } else {
    writer.byte(op.int32)
    writer.int32(value)
  }
}

function writeLargeInteger(writer: ByteWriter, bytes: Uint8Array): void {
  if (bytes.length > 255) writeBlock(writer, op.longLong, bytes)
  else {
    writer.byte(op.long)
    writer.byte(bytes.length)
    writer.bytes(bytes)
  }
}

/** The shortest little-endian bytes whose highest bit is the sign. */
function twosComplement(value: bigint): Uint8Array {
  // Of -128 and 127 alike one byte is enough: the magnitude of a negative number is one less.
  const magnitude = value < 0n ? -value - 1n : value
  const digits = magnitude.toString(16)
  const count = Math.floor(((digits.length - 1) * 4 + bitsOf(digits)) / 8) + 1
  const hex = BigInt.asUintN(count * 8, value)
    .toString(16)
    .padStart(count * 2, '0')
  return Buffer.from(hex, 'hex').reverse()
}

/** How many bits the first hexadecimal digit needs. */
function bitsOf(digits: string): number {
  return 32 - Math.clz32(Number.parseInt(digits.charAt(0), 16))
}

function writeList(writer: ByteWriter, items: readonly RqValue[]): void {
  writer.byte(op.emptyList)
  if (items.length === 0) return
  writer.byte(op.mark)
  for (const item of items) writeValue(writer, item)
  writer.byte(op.appends)
}

function writeTuple(writer: ByteWriter, items: readonly RqValue[]): void {
  if (items.length === 0) writer.byte(op.emptyTuple)
  else {
    writer.byte(op.mark)
    for (const item of items) writeValue(writer, item)
    writer.byte(op.tuple)
  }
}

function writeDict(writer: ByteWriter, items: Readonly<Record<string, RqValue>>): void {
  const entries = Object.entries(items)
  writer.byte(op.emptyDict)
  if (entries.length === 0) return
  writer.byte(op.mark)
  for (const [key, item] of entries) {
    writeValue(writer, key)
    writeValue(writer, item)
  }
  writer.byte(op.setItems)
}
