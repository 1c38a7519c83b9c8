import type { ByteReader } from './byte-reader.js'

/** UTF-8 of that length. Python writes half of a surrogate pair too, which becomes U+FFFD. */
export function readText(reader: ByteReader, length: number): string {
  return reader.take(length).toString('utf8')
}

/** A `str` of Python 2: bytes that are read as Latin-1, so that none is lost. */
export function readOldText(reader: ByteReader, length: number): string {
  return reader.take(length).toString('latin1')
}

const short: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'", '"': '"' }

/** The repr of a `str` of Python 2 as a line: `'it\'s'`. */
export function readQuotedLine(reader: ByteReader): string {
  const line = reader.line()
  const inside = /^(['"])(.*)\1$/s.exec(line)?.[2]
  if (inside === undefined) throw reader.error('has a text without quotes')
  return inside.replace(
    /\\(?:x([\da-fA-F]{2})|(.))/g,
    (whole, hex: string | undefined, character: string | undefined) =>
      hex === undefined ? (short[character ?? ''] ?? whole) : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

/** A text as a line in Python's raw-unicode-escape: Latin-1 with `\u20ac` and `\U0001f600`. */
export function readEscapedLine(reader: ByteReader): string {
  return reader
    .latin1Line()
    .replace(/\\u([\da-fA-F]{4})|\\U([\da-fA-F]{8})/g, (whole, four: string | undefined, eight: string | undefined) => {
      const code = Number.parseInt(four ?? eight ?? '', 16)
      return code <= 0x10_ffff ? String.fromCodePoint(code) : whole
    })
}
