import type { ByteReader } from './byte-reader.js'
import { maxIntegerBytes } from './limits.js'

/** A number up to 2^53 - 1 in size, a BigInt beyond: no digit is lost. */
export function integerOf(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** A whole number in little-endian two's complement of any length; of no length it is 0. */
export function readInteger(reader: ByteReader, length: number): number | bigint {
  if (length > maxIntegerBytes) throw reader.error(`has a whole number of more than ${maxIntegerBytes} bytes`)
  if (length === 0) return 0
  const hex = Buffer.from(reader.take(length)).reverse().toString('hex')
  return integerOf(BigInt.asIntN(length * 8, BigInt(`0x${hex}`)))
}

/** A whole number as a line: `12`, `12L`. Protocol 0 writes True as `01` and False as `00`, with opcode `I` alone. */
export function readIntegerLine(reader: ByteReader, mayBeBoolean: boolean): number | bigint | boolean {
  const line = reader.line()
  if (mayBeBoolean && line === '01') return true
  if (mayBeBoolean && line === '00') return false
  const digits = /^[+-]?\d+(?=L?$)/.exec(line)?.[0]
  if (digits === undefined) throw reader.error('has a line that is no whole number')
  if (digits.length > maxIntegerBytes) throw reader.error(`has a whole number of more than ${maxIntegerBytes} digits`)
  return integerOf(BigInt(digits.replace('+', '')))
}

/** A float as a line, as Python's repr writes it: `1.5`, `1e-07`, `inf`, `nan`. */
export function readFloatLine(reader: ByteReader): number {
  const line = reader.line()
  if (/^[+-]?inf$/.test(line)) return line.startsWith('-') ? -Infinity : Infinity
  if (/^[+-]?nan$/.test(line)) return Number.NaN
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(line)) throw reader.error('has a line that is no float')
  return Number(line)
}
